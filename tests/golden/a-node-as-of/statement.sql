SELECT convert_to('{"node":' || coalesce(
  (SELECT '{"id":"'
  || replace(encode(convert_to('Mentee:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(account_1.id AS TEXT) || '@' || CAST(CAST(date_part('epoch', $2::TIMESTAMP WITH TIME ZONE) * 1000 AS BIGINT) AS TEXT), 'UTF8'), 'base64'), chr(10), '')
  || '","state":'
  || coalesce('"' || coalesce(
    (SELECT CASE WHEN ($3::BOOLEAN OR mentee_span_1.mentee_id = $4::BIGINT) THEN mentee_span_1.state ELSE mentee_span_1.told_state END
    FROM mentee_span AS mentee_span_1
    WHERE mentee_span_1.wiki_id = $1::INTEGER AND mentee_span_1.mentee_id = account_1.id AND mentee_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE), 'UNASSIGNED') || '"', E'\x01{"!":["NULL",1]}')
  || ',"relationship":'
  || coalesce(
    (SELECT '{"id":"'
    || replace(encode(convert_to('Relationship:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(relationship_1.id AS TEXT) || '@' || CAST(CAST(date_part('epoch', $2::TIMESTAMP WITH TIME ZONE) * 1000 AS BIGINT) AS TEXT), 'UTF8'), 'base64'), chr(10), '')
    || '","state":'
    || coalesce('"' || coalesce(relationship_span_1.state, 'ENDED') || '"', E'\x01{"!":["NULL",1]}')
    || '}'
    FROM relationship AS relationship_1
    LEFT JOIN relationship_span AS relationship_span_1 ON relationship_span_1.wiki_id = $1::INTEGER AND relationship_span_1.relationship_id = relationship_1.id AND relationship_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE
    WHERE relationship_1.wiki_id = $1::INTEGER AND relationship_1.mentee_id = account_1.id AND relationship_1.role = 'PRIMARY' AND relationship_1.ends_at > $2::TIMESTAMP WITH TIME ZONE AND relationship_1.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz AND ((relationship_1.mentor_id = $4::BIGINT OR relationship_1.mentee_id = $4::BIGINT OR $5::BOOLEAN OR EXISTS
      (SELECT 1
      FROM account AS account_2
      WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = relationship_1.mentee_id AND NOT account_2.is_hidden OFFSET 0)) AND ($5::BOOLEAN OR EXISTS
      (SELECT 1
      FROM account AS account_3
      WHERE account_3.wiki_id = $1::INTEGER AND account_3.id = relationship_1.mentor_id AND NOT account_3.is_hidden OFFSET 0)))), 'null')
  || '}'
  FROM account AS account_1
  WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = $6::BIGINT AND account_1.registered_key <= $2::TIMESTAMP WITH TIME ZONE AND (NOT account_1.is_hidden OR $5::BOOLEAN OR account_1.id = $4::BIGINT OR EXISTS
    (SELECT 1
    FROM relationship AS relationship_2
    WHERE relationship_2.wiki_id = $1::INTEGER AND relationship_2.mentee_id = account_1.id AND relationship_2.mentor_id = $4::BIGINT AND relationship_2.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_2.withdrawn_at = 'infinity'::timestamptz OFFSET 0))), 'null') || '}', 'UTF8');
