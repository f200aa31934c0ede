SELECT convert_to('{"node":' || coalesce(
  (SELECT '{"__typename":"Mentee","id":"'
  || encode(convert_to('Mentee:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(account_1.id AS TEXT), 'UTF8'), 'base64')
  || '","name":'
  || coalesce(CAST(to_json(coalesce(account_1.name, CASE WHEN $2::BOOLEAN THEN
    (SELECT suppressed_name_1.name
    FROM suppressed_name AS suppressed_name_1
    WHERE suppressed_name_1.wiki_id = $1::INTEGER AND suppressed_name_1.account_id = account_1.id
    ORDER BY suppressed_name_1.valid_to DESC
    LIMIT 1) END)) AS TEXT), 'null')
  || ',"state":'
  || coalesce('"' || coalesce(
    (SELECT CASE WHEN ($3::BOOLEAN OR mentee_span_1.mentee_id = $4::BIGINT) THEN mentee_span_1.state ELSE mentee_span_1.told_state END
    FROM mentee_span AS mentee_span_1
    WHERE mentee_span_1.wiki_id = $1::INTEGER AND mentee_span_1.mentee_id = account_1.id AND mentee_span_1.valid_from <= $5::TIMESTAMP WITH TIME ZONE AND mentee_span_1.valid_to > $5::TIMESTAMP WITH TIME ZONE), 'UNASSIGNED') || '"', E'\x01{"!":["NULL",1]}')
  || '}'
  FROM account AS account_1
  WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = $6::BIGINT AND (NOT account_1.is_hidden OR $2::BOOLEAN OR account_1.id = $4::BIGINT OR EXISTS
    (SELECT 1
    FROM relationship AS relationship_1
    WHERE relationship_1.wiki_id = $1::INTEGER AND relationship_1.mentee_id = account_1.id AND relationship_1.mentor_id = $4::BIGINT AND relationship_1.started_at <= $5::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz OFFSET 0))), 'null') || '}', 'UTF8');
