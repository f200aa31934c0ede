SELECT convert_to('{"node":' || coalesce(
  (SELECT '{"reason":'
  || coalesce(CAST(to_json(coalesce(block_1.reason, CASE WHEN $1::BOOLEAN THEN
    (SELECT fact_text_1.reason
    FROM fact_text AS fact_text_1
    WHERE fact_text_1.wiki_id = $2::INTEGER AND fact_text_1.fact_id = block_1.reason_by) END)) AS TEXT), 'null')
  || ',"performer":'
  || coalesce(CASE WHEN (coalesce(block_1.performer_id, CASE WHEN $1::BOOLEAN THEN fact_1.performer_id END) IS NOT NULL OR coalesce(block_1.performer, CASE WHEN $1::BOOLEAN THEN fact_text_2.performer END) IS NOT NULL OR coalesce(NOT (fact_1.performer_id IS NOT NULL OR fact_text_2.performer IS NOT NULL) AND fact_1.source != 'mw-log' AND NOT EXISTS
    (SELECT 1
    FROM hidden_text AS hidden_text_1
    WHERE hidden_text_1.wiki_id = $2::INTEGER AND hidden_text_1.fact_id = fact_1.id OFFSET 0), false)) THEN '{"name":' || coalesce(CAST(to_json(CASE WHEN (coalesce(block_1.performer_id, CASE WHEN $1::BOOLEAN THEN fact_1.performer_id END) IS NULL) THEN coalesce(block_1.performer, CASE WHEN $1::BOOLEAN THEN fact_text_2.performer END) ELSE coalesce(
    (SELECT account_1.name
    FROM account AS account_1
    WHERE account_1.wiki_id = $2::INTEGER AND account_1.id = coalesce(block_1.performer_id, CASE WHEN $1::BOOLEAN THEN fact_1.performer_id END)), CASE WHEN $1::BOOLEAN THEN
    (SELECT suppressed_name_1.name
    FROM suppressed_name AS suppressed_name_1
    WHERE suppressed_name_1.wiki_id = $2::INTEGER AND suppressed_name_1.account_id = coalesce(block_1.performer_id, CASE WHEN $1::BOOLEAN THEN fact_1.performer_id END)
    ORDER BY suppressed_name_1.valid_to DESC
    LIMIT 1) END) END) AS TEXT), 'null') || ',"isTool":' || coalesce(CAST(coalesce(NOT (fact_1.performer_id IS NOT NULL OR fact_text_2.performer IS NOT NULL) AND fact_1.source != 'mw-log' AND NOT EXISTS
    (SELECT 1
    FROM hidden_text AS hidden_text_1
    WHERE hidden_text_1.wiki_id = $2::INTEGER AND hidden_text_1.fact_id = fact_1.id OFFSET 0), false) AS TEXT), E'\x01{"!":["NULL",1]}') || '}' END, 'null')
  || ',"wiki":'
  || coalesce(
    (SELECT '{"dbName":'
    || CAST(to_json(wiki_1.db_name) AS TEXT)
    || '}'
    FROM wiki AS wiki_1
    WHERE wiki_1.id = $2::INTEGER), E'\x01{"!":["NULL",1]}')
  || '}'
  FROM block AS block_1
  LEFT JOIN fact AS fact_1 ON fact_1.wiki_id = $2::INTEGER AND fact_1.id = block_1.placed_by
  LEFT JOIN fact_text AS fact_text_2 ON fact_text_2.wiki_id = $2::INTEGER AND fact_text_2.fact_id = block_1.placed_by
  WHERE block_1.wiki_id = $2::INTEGER AND block_1.id = $3::BIGINT AND ($1::BOOLEAN OR EXISTS
    (SELECT 1
    FROM account AS account_2
    WHERE account_2.wiki_id = $2::INTEGER AND account_2.id = block_1.mentee_id AND NOT account_2.is_hidden OFFSET 0))), 'null') || '}', 'UTF8');
