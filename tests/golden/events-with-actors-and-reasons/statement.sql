SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentee":'
  || coalesce(
    (SELECT '{"events":'
    ||
      (SELECT '{"nodes":['
      || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC), '')
      || ']}'
      FROM
        (SELECT relationship_event_1.id AS k0, '{"kind":"'
        || relationship_event_1.kind
        || '","actor":'
        || coalesce(CASE WHEN ((fact_1.kind != 'OPTED_OUT' AND fact_1.kind != 'OPTED_IN' AND fact_1.kind != 'ENDED' OR fact_1.performer_id = $1::BIGINT OR $2::BOOLEAN OR relationship_event_1.mentee_id = $1::BIGINT) AND (NOT (relationship_event_1.mentor_id = $1::BIGINT OR relationship_event_1.mentee_id = $1::BIGINT) OR $3::BOOLEAN OR EXISTS
          (SELECT 1
          FROM account AS account_1
          WHERE account_1.wiki_id = $4::INTEGER AND account_1.id = relationship_event_1.mentee_id AND NOT account_1.is_hidden OFFSET 0)) AND (fact_1.kind != 'BLOCK_PLACED' AND fact_1.kind != 'BLOCK_CHANGED' OR EXISTS
          (SELECT 1
          FROM block AS block_1
          WHERE block_1.wiki_id = $4::INTEGER AND (block_1.id = relationship_event_1.block_id AND (block_1.performer IS NOT NULL OR block_1.performer_id IS NOT NULL)) OFFSET 0) OR $3::BOOLEAN) AND (fact_1.performer_id IS NOT NULL OR fact_text_1.performer IS NOT NULL OR coalesce(NOT (fact_1.performer_id IS NOT NULL OR fact_text_1.performer IS NOT NULL) AND fact_1.source != 'mw-log' AND NOT EXISTS
          (SELECT 1
          FROM hidden_text AS hidden_text_1
          WHERE hidden_text_1.wiki_id = $4::INTEGER AND hidden_text_1.fact_id = fact_1.id OFFSET 0), false))) THEN '{"name":' || coalesce(CAST(to_json(CASE WHEN (fact_1.performer_id IS NULL) THEN fact_text_1.performer ELSE coalesce(
          (SELECT account_2.name
          FROM account AS account_2
          WHERE account_2.wiki_id = $4::INTEGER AND account_2.id = fact_1.performer_id), CASE WHEN $3::BOOLEAN THEN
          (SELECT suppressed_name_1.name
          FROM suppressed_name AS suppressed_name_1
          WHERE suppressed_name_1.wiki_id = $4::INTEGER AND suppressed_name_1.account_id = fact_1.performer_id
          ORDER BY suppressed_name_1.valid_to DESC
          LIMIT 1) END) END) AS TEXT), 'null') || ',"isTool":' || coalesce(CAST(coalesce(NOT (fact_1.performer_id IS NOT NULL OR fact_text_1.performer IS NOT NULL) AND fact_1.source != 'mw-log' AND NOT EXISTS
          (SELECT 1
          FROM hidden_text AS hidden_text_1
          WHERE hidden_text_1.wiki_id = $4::INTEGER AND hidden_text_1.fact_id = fact_1.id OFFSET 0), false) AS TEXT), E'\x01{"!":["NULL",1]}') || ',"mentor":' || coalesce(
          (SELECT '{"name":'
          || coalesce(CAST(to_json(coalesce(account_3.name, CASE WHEN $3::BOOLEAN THEN
            (SELECT suppressed_name_2.name
            FROM suppressed_name AS suppressed_name_2
            WHERE suppressed_name_2.wiki_id = $4::INTEGER AND suppressed_name_2.account_id = account_3.id
            ORDER BY suppressed_name_2.valid_to DESC
            LIMIT 1) END)) AS TEXT), 'null')
          || '}'
          FROM mentor AS mentor_1
          LEFT JOIN account AS account_3 ON account_3.wiki_id = $4::INTEGER AND account_3.id = mentor_1.id
          WHERE mentor_1.wiki_id = $4::INTEGER AND mentor_1.id = fact_1.performer_id AND (NOT account_3.is_hidden OR $3::BOOLEAN)), 'null') || '}' END, 'null')
        || ',"reason":'
        || coalesce(CAST(to_json(CASE WHEN ((fact_1.kind != 'OPTED_OUT' AND fact_1.kind != 'OPTED_IN' AND fact_1.kind != 'ENDED' OR fact_1.performer_id = $1::BIGINT OR $2::BOOLEAN OR relationship_event_1.mentee_id = $1::BIGINT) AND (NOT (relationship_event_1.mentor_id = $1::BIGINT OR relationship_event_1.mentee_id = $1::BIGINT) OR $3::BOOLEAN OR EXISTS
          (SELECT 1
          FROM account AS account_4
          WHERE account_4.wiki_id = $4::INTEGER AND account_4.id = relationship_event_1.mentee_id AND NOT account_4.is_hidden OFFSET 0)) AND (fact_1.kind != 'BLOCK_PLACED' AND fact_1.kind != 'BLOCK_CHANGED' OR EXISTS
          (SELECT 1
          FROM block AS block_2
          WHERE block_2.wiki_id = $4::INTEGER AND block_2.id = relationship_event_1.block_id AND block_2.reason IS NOT NULL OFFSET 0) OR $3::BOOLEAN)) THEN fact_text_1.reason END) AS TEXT), 'null')
        || ',"source":'
        || coalesce(CAST(to_json(coalesce(fact_1.source, 'clock')) AS TEXT), E'\x01{"!":["NULL",4]}')
        || ',"sourceId":'
        || coalesce(CAST(to_json(fact_1.source_id) AS TEXT), 'null')
        || ',"block":'
        || coalesce(
          (SELECT '{"id":"'
          || encode(convert_to('Block:' || CAST($4::INTEGER AS TEXT) || ':' || CAST(block_3.id AS TEXT), 'UTF8'), 'base64')
          || '"}'
          FROM block AS block_3
          WHERE block_3.wiki_id = $4::INTEGER AND block_3.id = relationship_event_1.block_id AND ($3::BOOLEAN OR EXISTS
            (SELECT 1
            FROM account AS account_5
            WHERE account_5.wiki_id = $4::INTEGER AND account_5.id = block_3.mentee_id AND NOT account_5.is_hidden OFFSET 0))), 'null')
        || ',"withdrawnAt":'
        || coalesce(to_char(
          (SELECT relationship_event_2.recorded_at
          FROM relationship_event AS relationship_event_2
          WHERE relationship_event_2.wiki_id = $4::INTEGER AND relationship_event_2.withdraws_id = relationship_event_1.id) AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
        || '}' AS f0
        FROM relationship_event AS relationship_event_1
        LEFT JOIN fact AS fact_1 ON fact_1.wiki_id = $4::INTEGER AND fact_1.id = relationship_event_1.fact_id
        LEFT JOIN fact_text AS fact_text_1 ON fact_text_1.wiki_id = $4::INTEGER AND fact_text_1.fact_id = relationship_event_1.fact_id
        WHERE relationship_event_1.wiki_id = $4::INTEGER AND relationship_event_1.mentee_id = account_6.id AND NOT EXISTS
          (SELECT 1
          FROM relationship_event AS relationship_event_3
          WHERE relationship_event_3.wiki_id = $4::INTEGER AND relationship_event_3.withdraws_id = relationship_event_1.id OFFSET 0) AND ((relationship_event_1.mentor_id = $1::BIGINT OR relationship_event_1.mentee_id = $1::BIGINT OR $3::BOOLEAN OR EXISTS
          (SELECT 1
          FROM account AS account_7
          WHERE account_7.wiki_id = $4::INTEGER AND account_7.id = relationship_event_1.mentee_id AND NOT account_7.is_hidden OFFSET 0)) AND ($3::BOOLEAN OR EXISTS
          (SELECT 1
          FROM account AS account_8
          WHERE account_8.wiki_id = $4::INTEGER AND account_8.id = relationship_event_1.mentor_id AND NOT account_8.is_hidden OFFSET 0)))
        ORDER BY relationship_event_1.id DESC
        LIMIT 5) AS p
      HAVING true)
    || '}'
    FROM account AS account_6
    WHERE account_6.wiki_id = $4::INTEGER AND account_6.id = $5::BIGINT AND (NOT account_6.is_hidden OR $3::BOOLEAN OR account_6.id = $1::BIGINT OR EXISTS
      (SELECT 1
      FROM relationship AS relationship_1
      WHERE relationship_1.wiki_id = $4::INTEGER AND relationship_1.mentee_id = account_6.id AND relationship_1.mentor_id = $1::BIGINT AND relationship_1.started_at <= $6::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz OFFSET 0))), 'null')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $4::INTEGER), 'null') || '}', 'UTF8');
