SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentor":'
  || coalesce(
    (SELECT '{"mentees":'
    ||
      (SELECT '{"nodes":['
      || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC), '')
      || ']}'
      FROM
        (SELECT relationship_span_1.last_edit_at AS k0, relationship_span_1.relationship_id AS k1, '{"name":'
        || coalesce(CAST(to_json(coalesce(account_1.name, CASE WHEN $1::BOOLEAN THEN
          (SELECT suppressed_name_1.name
          FROM suppressed_name AS suppressed_name_1
          WHERE suppressed_name_1.wiki_id = $2::INTEGER AND suppressed_name_1.account_id = account_1.id
          ORDER BY suppressed_name_1.valid_to DESC
          LIMIT 1) END)) AS TEXT), 'null')
        || ',"effectiveMentor":'
        || coalesce(
          (SELECT '{"name":'
          || coalesce(CAST(to_json(coalesce(account_2.name, CASE WHEN $1::BOOLEAN THEN
            (SELECT suppressed_name_2.name
            FROM suppressed_name AS suppressed_name_2
            WHERE suppressed_name_2.wiki_id = $2::INTEGER AND suppressed_name_2.account_id = account_2.id
            ORDER BY suppressed_name_2.valid_to DESC
            LIMIT 1) END)) AS TEXT), 'null')
          || '}'
          FROM mentor AS mentor_1
          LEFT JOIN account AS account_2 ON account_2.wiki_id = $2::INTEGER AND account_2.id = mentor_1.id
          WHERE mentor_1.wiki_id = $2::INTEGER AND (mentor_1.id = coalesce(
            (SELECT relationship_span_2.mentor_id
            FROM relationship_span AS relationship_span_2
            WHERE relationship_span_2.wiki_id = $2::INTEGER AND (relationship_span_2.mentee_id = account_1.id AND relationship_span_2.role = 'PRIMARY' AND relationship_span_2.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND relationship_span_2.valid_to > $3::TIMESTAMP WITH TIME ZONE AND EXISTS
              (SELECT 1
              FROM mentor AS mentor_2
              WHERE mentor_2.wiki_id = $2::INTEGER AND (mentor_2.id = relationship_span_2.mentor_id AND CASE WHEN (mentor_2.resigned_at <= $3::TIMESTAMP WITH TIME ZONE) THEN 'RESIGNED' WHEN EXISTS
                (SELECT 1
                FROM block_span AS block_span_1
                WHERE block_span_1.wiki_id = $2::INTEGER AND (block_span_1.mentee_id = mentor_2.id AND block_span_1.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND block_span_1.valid_to > $3::TIMESTAMP WITH TIME ZONE AND (block_span_1.scope = 'SITEWIDE' OR EXISTS
                  (SELECT 1
                  FROM block AS block_1
                  WHERE block_1.wiki_id = $2::INTEGER AND (block_1.id = block_span_1.block_id AND (block_1.kind = 'GLOBAL_BLOCK' OR block_1.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN 'BLOCKED' WHEN (mentor_2.away_until > $3::TIMESTAMP WITH TIME ZONE) THEN 'AWAY' ELSE 'AVAILABLE' END = 'AVAILABLE') OFFSET 0))),
            (SELECT relationship_span_3.mentor_id
            FROM relationship_span AS relationship_span_3
            WHERE relationship_span_3.wiki_id = $2::INTEGER AND (relationship_span_3.mentee_id = account_1.id AND relationship_span_3.role = 'BACKUP' AND relationship_span_3.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND relationship_span_3.valid_to > $3::TIMESTAMP WITH TIME ZONE AND EXISTS
              (SELECT 1
              FROM mentor AS mentor_3
              WHERE mentor_3.wiki_id = $2::INTEGER AND (mentor_3.id = relationship_span_3.mentor_id AND CASE WHEN (mentor_3.resigned_at <= $3::TIMESTAMP WITH TIME ZONE) THEN 'RESIGNED' WHEN EXISTS
                (SELECT 1
                FROM block_span AS block_span_2
                WHERE block_span_2.wiki_id = $2::INTEGER AND (block_span_2.mentee_id = mentor_3.id AND block_span_2.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND block_span_2.valid_to > $3::TIMESTAMP WITH TIME ZONE AND (block_span_2.scope = 'SITEWIDE' OR EXISTS
                  (SELECT 1
                  FROM block AS block_2
                  WHERE block_2.wiki_id = $2::INTEGER AND (block_2.id = block_span_2.block_id AND (block_2.kind = 'GLOBAL_BLOCK' OR block_2.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN 'BLOCKED' WHEN (mentor_3.away_until > $3::TIMESTAMP WITH TIME ZONE) THEN 'AWAY' ELSE 'AVAILABLE' END = 'AVAILABLE') OFFSET 0))))) AND (NOT account_2.is_hidden OR $1::BOOLEAN)), 'null')
        || '}' AS f0
        FROM account AS account_1
        LEFT JOIN relationship_span AS relationship_span_1 ON relationship_span_1.wiki_id = $2::INTEGER AND relationship_span_1.mentee_id = account_1.id AND relationship_span_1.role = 'BACKUP' AND relationship_span_1.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $3::TIMESTAMP WITH TIME ZONE
        WHERE account_1.wiki_id = $2::INTEGER AND relationship_span_1.mentor_id = mentor_4.id AND (NOT account_1.is_hidden OR $1::BOOLEAN OR relationship_span_1.mentor_id = $4::BIGINT OR account_1.id = $4::BIGINT)
        ORDER BY relationship_span_1.last_edit_at DESC, relationship_span_1.relationship_id DESC
        LIMIT 20) AS p
      HAVING true)
    || '}'
    FROM mentor AS mentor_4
    LEFT JOIN account AS account_3 ON account_3.wiki_id = $2::INTEGER AND account_3.id = mentor_4.id
    WHERE mentor_4.wiki_id = $2::INTEGER AND mentor_4.id = $5::BIGINT AND (NOT account_3.is_hidden OR $1::BOOLEAN)), 'null')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $2::INTEGER), 'null') || '}', 'UTF8');
