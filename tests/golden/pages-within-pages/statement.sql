SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentors":'
  ||
    (SELECT '{"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0, p.k1, p.k2), '')
    || ']}'
    FROM
      (SELECT account_1.name IS NULL AS k0, coalesce(account_1.name, '') AS k1, mentor_1.id AS k2, '{"name":'
      || coalesce(CAST(to_json(coalesce(account_1.name, CASE WHEN $1::BOOLEAN THEN
        (SELECT suppressed_name_1.name
        FROM suppressed_name AS suppressed_name_1
        WHERE suppressed_name_1.wiki_id = $2::INTEGER AND suppressed_name_1.account_id = account_1.id
        ORDER BY suppressed_name_1.valid_to DESC
        LIMIT 1) END)) AS TEXT), 'null')
      || ',"mentees":'
      ||
        (SELECT '{"nodes":['
        || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC), '')
        || ']}'
        FROM
          (SELECT relationship_span_1.last_edit_at AS k0, relationship_span_1.relationship_id AS k1, '{"name":'
          || coalesce(CAST(to_json(coalesce(account_2.name, CASE WHEN $1::BOOLEAN THEN
            (SELECT suppressed_name_2.name
            FROM suppressed_name AS suppressed_name_2
            WHERE suppressed_name_2.wiki_id = $2::INTEGER AND suppressed_name_2.account_id = account_2.id
            ORDER BY suppressed_name_2.valid_to DESC
            LIMIT 1) END)) AS TEXT), 'null')
          || ',"relationships":'
          ||
            (SELECT '{"nodes":['
            || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC), '')
            || ']}'
            FROM
              (SELECT relationship_1.started_at AS k0, relationship_1.id AS k1, '{"state":'
              || coalesce('"' || coalesce(relationship_span_2.state, 'ENDED') || '"', E'\x01{"!":["NULL",10]}')
              || ',"events":'
              ||
                (SELECT '{"nodes":['
                || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC), '')
                || ']}'
                FROM
                  (SELECT relationship_event_1.id AS k0, '{"kind":"'
                  || relationship_event_1.kind
                  || '"}' AS f0
                  FROM relationship_event AS relationship_event_1
                  WHERE relationship_event_1.wiki_id = $2::INTEGER AND relationship_event_1.relationship_id = relationship_1.id AND NOT EXISTS
                    (SELECT 1
                    FROM relationship_event AS relationship_event_2
                    WHERE relationship_event_2.wiki_id = $2::INTEGER AND relationship_event_2.withdraws_id = relationship_event_1.id OFFSET 0) AND ((relationship_event_1.mentor_id = $3::BIGINT OR relationship_event_1.mentee_id = $3::BIGINT OR $1::BOOLEAN OR EXISTS
                    (SELECT 1
                    FROM account AS account_3
                    WHERE account_3.wiki_id = $2::INTEGER AND account_3.id = relationship_event_1.mentee_id AND NOT account_3.is_hidden OFFSET 0)) AND ($1::BOOLEAN OR EXISTS
                    (SELECT 1
                    FROM account AS account_4
                    WHERE account_4.wiki_id = $2::INTEGER AND account_4.id = relationship_event_1.mentor_id AND NOT account_4.is_hidden OFFSET 0)))
                  ORDER BY relationship_event_1.id DESC
                  LIMIT 2) AS p
                HAVING true)
              || '}' AS f0
              FROM relationship AS relationship_1
              LEFT JOIN relationship_span AS relationship_span_2 ON relationship_span_2.wiki_id = $2::INTEGER AND relationship_span_2.relationship_id = relationship_1.id AND relationship_span_2.valid_from <= $4::TIMESTAMP WITH TIME ZONE AND relationship_span_2.valid_to > $4::TIMESTAMP WITH TIME ZONE
              WHERE relationship_1.wiki_id = $2::INTEGER AND relationship_1.mentee_id = account_2.id AND relationship_1.started_at <= $4::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz AND ((relationship_1.mentor_id = $3::BIGINT OR relationship_1.mentee_id = $3::BIGINT OR $1::BOOLEAN OR EXISTS
                (SELECT 1
                FROM account AS account_5
                WHERE account_5.wiki_id = $2::INTEGER AND account_5.id = relationship_1.mentee_id AND NOT account_5.is_hidden OFFSET 0)) AND ($1::BOOLEAN OR EXISTS
                (SELECT 1
                FROM account AS account_6
                WHERE account_6.wiki_id = $2::INTEGER AND account_6.id = relationship_1.mentor_id AND NOT account_6.is_hidden OFFSET 0)))
              ORDER BY relationship_1.started_at DESC, relationship_1.id DESC
              LIMIT 2) AS p
            HAVING true)
          || ',"blocks":'
          ||
            (SELECT '{"nodes":['
            || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC), '')
            || ']}'
            FROM
              (SELECT block_1.placed_at AS k0, block_1.id AS k1, '{"isOpen":'
              || coalesce(CAST(block_1.placed_at <= $4::TIMESTAMP WITH TIME ZONE AND block_1.expires_at > $4::TIMESTAMP WITH TIME ZONE AND block_1.lifted_at > $4::TIMESTAMP WITH TIME ZONE AS TEXT), E'\x01{"!":["NULL",10]}')
              || '}' AS f0
              FROM block AS block_1
              WHERE block_1.wiki_id = $2::INTEGER AND block_1.mentee_id = account_2.id AND block_1.withdrawn_at = 'infinity'::timestamptz AND ($1::BOOLEAN OR EXISTS
                (SELECT 1
                FROM account AS account_7
                WHERE account_7.wiki_id = $2::INTEGER AND account_7.id = block_1.mentee_id AND NOT account_7.is_hidden OFFSET 0))
              ORDER BY block_1.placed_at DESC, block_1.id DESC
              LIMIT 1) AS p
            HAVING true)
          || '}' AS f0
          FROM account AS account_2
          LEFT JOIN relationship_span AS relationship_span_1 ON relationship_span_1.wiki_id = $2::INTEGER AND relationship_span_1.mentee_id = account_2.id AND relationship_span_1.role = 'PRIMARY' AND relationship_span_1.valid_from <= $4::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $4::TIMESTAMP WITH TIME ZONE
          WHERE account_2.wiki_id = $2::INTEGER AND relationship_span_1.mentor_id = mentor_1.id AND (NOT account_2.is_hidden OR $1::BOOLEAN OR relationship_span_1.mentor_id = $3::BIGINT OR account_2.id = $3::BIGINT)
          ORDER BY relationship_span_1.last_edit_at DESC, relationship_span_1.relationship_id DESC
          LIMIT 2) AS p
        HAVING true)
      || '}' AS f0
      FROM mentor AS mentor_1
      LEFT JOIN account AS account_1 ON account_1.wiki_id = $2::INTEGER AND account_1.id = mentor_1.id
      WHERE mentor_1.wiki_id = $2::INTEGER AND (NOT account_1.is_hidden OR $1::BOOLEAN)
      ORDER BY account_1.name IS NULL, coalesce(account_1.name, ''), mentor_1.id
      LIMIT 2) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $2::INTEGER), 'null') || '}', 'UTF8');
