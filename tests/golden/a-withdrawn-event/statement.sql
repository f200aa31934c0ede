SELECT convert_to('{"node":' || coalesce(
  (SELECT '{"kind":"'
  || relationship_event_1.kind
  || '","withdraws":'
  || coalesce(
    (SELECT '{"id":"'
    || encode(convert_to('RelationshipEvent:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(relationship_event_2.id AS TEXT), 'UTF8'), 'base64')
    || '","kind":"'
    || relationship_event_2.kind
    || '","withdrawnAt":'
    || coalesce(to_char(
      (SELECT relationship_event_3.recorded_at
      FROM relationship_event AS relationship_event_3
      WHERE relationship_event_3.wiki_id = $1::INTEGER AND relationship_event_3.withdraws_id = relationship_event_2.id) AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
    || ',"relationship":'
    || coalesce(
      (SELECT '{"id":"'
      || encode(convert_to('Relationship:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(relationship_1.id AS TEXT), 'UTF8'), 'base64')
      || '"}'
      FROM relationship AS relationship_1
      WHERE relationship_1.wiki_id = $1::INTEGER AND relationship_1.id = relationship_event_2.relationship_id AND ((relationship_1.mentor_id = $2::BIGINT OR relationship_1.mentee_id = $2::BIGINT OR $3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_1
        WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = relationship_1.mentee_id AND NOT account_1.is_hidden OFFSET 0)) AND ($3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_2
        WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = relationship_1.mentor_id AND NOT account_2.is_hidden OFFSET 0)))), E'\x01{"!":["NULL",1]}')
    || '}'
    FROM relationship_event AS relationship_event_2
    WHERE relationship_event_2.wiki_id = $1::INTEGER AND relationship_event_2.id = relationship_event_1.withdraws_id AND ((relationship_event_2.mentor_id = $2::BIGINT OR relationship_event_2.mentee_id = $2::BIGINT OR $3::BOOLEAN OR EXISTS
      (SELECT 1
      FROM account AS account_3
      WHERE account_3.wiki_id = $1::INTEGER AND account_3.id = relationship_event_2.mentee_id AND NOT account_3.is_hidden OFFSET 0)) AND ($3::BOOLEAN OR EXISTS
      (SELECT 1
      FROM account AS account_4
      WHERE account_4.wiki_id = $1::INTEGER AND account_4.id = relationship_event_2.mentor_id AND NOT account_4.is_hidden OFFSET 0)))), 'null')
  || '}'
  FROM relationship_event AS relationship_event_1
  WHERE relationship_event_1.wiki_id = $1::INTEGER AND relationship_event_1.id = $4::BIGINT AND ((relationship_event_1.mentor_id = $2::BIGINT OR relationship_event_1.mentee_id = $2::BIGINT OR $3::BOOLEAN OR EXISTS
    (SELECT 1
    FROM account AS account_5
    WHERE account_5.wiki_id = $1::INTEGER AND account_5.id = relationship_event_1.mentee_id AND NOT account_5.is_hidden OFFSET 0)) AND ($3::BOOLEAN OR EXISTS
    (SELECT 1
    FROM account AS account_6
    WHERE account_6.wiki_id = $1::INTEGER AND account_6.id = relationship_event_1.mentor_id AND NOT account_6.is_hidden OFFSET 0)))), 'null') || '}', 'UTF8');
