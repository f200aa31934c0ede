SELECT convert_to('{"node":' || coalesce(
  (SELECT '{"id":"'
  || encode(convert_to('Relationship:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(relationship_1.id AS TEXT), 'UTF8'), 'base64')
  || '"}'
  FROM relationship AS relationship_1
  WHERE relationship_1.wiki_id = $1::INTEGER AND (relationship_1.id = $2::BIGINT AND (relationship_1.started_at <= $3::TIMESTAMP WITH TIME ZONE OR relationship_1.withdrawn_at < 'infinity'::timestamptz OR EXISTS
    (SELECT 1
    FROM relationship_event AS relationship_event_1
    WHERE relationship_event_1.wiki_id = $1::INTEGER AND relationship_event_1.relationship_id = relationship_1.id OFFSET 0))) AND ((relationship_1.mentor_id = $4::BIGINT OR relationship_1.mentee_id = $4::BIGINT OR $5::BOOLEAN OR EXISTS
    (SELECT 1
    FROM account AS account_1
    WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = relationship_1.mentee_id AND NOT account_1.is_hidden OFFSET 0)) AND ($5::BOOLEAN OR EXISTS
    (SELECT 1
    FROM account AS account_2
    WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = relationship_1.mentor_id AND NOT account_2.is_hidden OFFSET 0)))), 'null') || '}', 'UTF8');
