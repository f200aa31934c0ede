SELECT convert_to('{"node":' || coalesce(
  (SELECT '{"role":"'
  || relationship_1.role
  || '","state":'
  || coalesce('"' || coalesce(relationship_span_1.state, 'ENDED') || '"', E'\x01{"!":["NULL",1]}')
  || ',"stateSince":'
  || coalesce(to_char(coalesce(relationship_span_1.valid_from, CASE WHEN (relationship_1.ends_at <= $1::TIMESTAMP WITH TIME ZONE) THEN relationship_1.ends_at ELSE relationship_1.started_at END) AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",1]}')
  || ',"stateUntil":'
  || coalesce(to_char(relationship_span_1.valid_to AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
  || ',"nextState":'
  || coalesce('"' || CASE WHEN (relationship_span_1.valid_to < 'infinity'::timestamptz) THEN coalesce(
    (SELECT relationship_span_2.state
    FROM relationship_span AS relationship_span_2
    WHERE relationship_span_2.wiki_id = $2::INTEGER AND relationship_span_2.relationship_id = relationship_1.id AND relationship_span_2.valid_from = relationship_span_1.valid_to), 'ENDED') END || '"', 'null')
  || ',"startedAt":'
  || coalesce(to_char(relationship_1.started_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",1]}')
  || ',"startIsKnown":'
  || CAST(relationship_1.start_is_known AS TEXT)
  || ',"startedBecause":"'
  || relationship_1.started_because
  || '","endedAt":'
  || coalesce(to_char(CASE WHEN (relationship_1.ends_at <= $1::TIMESTAMP WITH TIME ZONE) THEN relationship_1.ends_at END AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
  || ',"endedBecause":'
  || coalesce('"' || CASE WHEN (relationship_1.ends_at <= $1::TIMESTAMP WITH TIME ZONE) THEN CASE WHEN ($3::BOOLEAN OR relationship_1.mentee_id = $4::BIGINT) THEN relationship_1.ends_because ELSE CASE WHEN (relationship_1.ends_because = 'OPTED_OUT') THEN 'ENDED_BY_HAND' ELSE relationship_1.ends_because END END END || '"', 'null')
  || ',"withdrawnAt":'
  || coalesce(to_char(relationship_1.withdrawn_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
  || ',"version":'
  || CAST(relationship_1.version AS TEXT)
  || ',"mentor":'
  || coalesce(
    (SELECT '{"name":'
    || coalesce(CAST(to_json(coalesce(account_1.name, CASE WHEN $5::BOOLEAN THEN
      (SELECT suppressed_name_1.name
      FROM suppressed_name AS suppressed_name_1
      WHERE suppressed_name_1.wiki_id = $2::INTEGER AND suppressed_name_1.account_id = account_1.id
      ORDER BY suppressed_name_1.valid_to DESC
      LIMIT 1) END)) AS TEXT), 'null')
    || '}'
    FROM mentor AS mentor_1
    LEFT JOIN account AS account_1 ON account_1.wiki_id = $2::INTEGER AND account_1.id = mentor_1.id
    WHERE mentor_1.wiki_id = $2::INTEGER AND mentor_1.id = relationship_1.mentor_id AND (NOT account_1.is_hidden OR $5::BOOLEAN)), E'\x01{"!":["NULL",1]}')
  || ',"mentee":'
  || coalesce(
    (SELECT '{"name":'
    || coalesce(CAST(to_json(coalesce(account_2.name, CASE WHEN $5::BOOLEAN THEN
      (SELECT suppressed_name_2.name
      FROM suppressed_name AS suppressed_name_2
      WHERE suppressed_name_2.wiki_id = $2::INTEGER AND suppressed_name_2.account_id = account_2.id
      ORDER BY suppressed_name_2.valid_to DESC
      LIMIT 1) END)) AS TEXT), 'null')
    || '}'
    FROM account AS account_2
    WHERE account_2.wiki_id = $2::INTEGER AND account_2.id = relationship_1.mentee_id AND (NOT account_2.is_hidden OR $5::BOOLEAN OR account_2.id = $4::BIGINT OR EXISTS
      (SELECT 1
      FROM relationship AS relationship_2
      WHERE relationship_2.wiki_id = $2::INTEGER AND relationship_2.mentee_id = account_2.id AND relationship_2.mentor_id = $4::BIGINT AND relationship_2.started_at <= $1::TIMESTAMP WITH TIME ZONE AND relationship_2.withdrawn_at = 'infinity'::timestamptz OFFSET 0))), E'\x01{"!":["NULL",1]}')
  || ',"wiki":'
  || coalesce(
    (SELECT '{"dbName":'
    || CAST(to_json(wiki_1.db_name) AS TEXT)
    || '}'
    FROM wiki AS wiki_1
    WHERE wiki_1.id = $2::INTEGER), E'\x01{"!":["NULL",1]}')
  || ',"continues":'
  || coalesce(
    (SELECT '{"id":"'
    || encode(convert_to('Relationship:' || CAST($2::INTEGER AS TEXT) || ':' || CAST(relationship_3.id AS TEXT), 'UTF8'), 'base64')
    || '"}'
    FROM relationship AS relationship_3
    WHERE relationship_3.wiki_id = $2::INTEGER AND relationship_3.id = relationship_1.continues_id AND ((relationship_3.mentor_id = $4::BIGINT OR relationship_3.mentee_id = $4::BIGINT OR $5::BOOLEAN OR EXISTS
      (SELECT 1
      FROM account AS account_3
      WHERE account_3.wiki_id = $2::INTEGER AND account_3.id = relationship_3.mentee_id AND NOT account_3.is_hidden OFFSET 0)) AND ($5::BOOLEAN OR EXISTS
      (SELECT 1
      FROM account AS account_4
      WHERE account_4.wiki_id = $2::INTEGER AND account_4.id = relationship_3.mentor_id AND NOT account_4.is_hidden OFFSET 0)))), 'null')
  || ',"continuedBy":'
  || coalesce(
    (SELECT '{"id":"'
    || encode(convert_to('Relationship:' || CAST($2::INTEGER AS TEXT) || ':' || CAST(relationship_4.id AS TEXT), 'UTF8'), 'base64')
    || '"}'
    FROM relationship AS relationship_4
    WHERE relationship_4.wiki_id = $2::INTEGER AND relationship_4.continues_id = relationship_1.id AND relationship_4.started_at <= $1::TIMESTAMP WITH TIME ZONE AND relationship_4.withdrawn_at = 'infinity'::timestamptz AND ((relationship_4.mentor_id = $4::BIGINT OR relationship_4.mentee_id = $4::BIGINT OR $5::BOOLEAN OR EXISTS
      (SELECT 1
      FROM account AS account_5
      WHERE account_5.wiki_id = $2::INTEGER AND account_5.id = relationship_4.mentee_id AND NOT account_5.is_hidden OFFSET 0)) AND ($5::BOOLEAN OR EXISTS
      (SELECT 1
      FROM account AS account_6
      WHERE account_6.wiki_id = $2::INTEGER AND account_6.id = relationship_4.mentor_id AND NOT account_6.is_hidden OFFSET 0)))), 'null')
  || ',"replaces":'
  || coalesce(
    (SELECT '{"id":"'
    || encode(convert_to('Relationship:' || CAST($2::INTEGER AS TEXT) || ':' || CAST(relationship_5.id AS TEXT), 'UTF8'), 'base64')
    || '"}'
    FROM relationship AS relationship_5
    WHERE relationship_5.wiki_id = $2::INTEGER AND relationship_5.id = relationship_1.replaces_id AND ((relationship_5.mentor_id = $4::BIGINT OR relationship_5.mentee_id = $4::BIGINT OR $5::BOOLEAN OR EXISTS
      (SELECT 1
      FROM account AS account_7
      WHERE account_7.wiki_id = $2::INTEGER AND account_7.id = relationship_5.mentee_id AND NOT account_7.is_hidden OFFSET 0)) AND ($5::BOOLEAN OR EXISTS
      (SELECT 1
      FROM account AS account_8
      WHERE account_8.wiki_id = $2::INTEGER AND account_8.id = relationship_5.mentor_id AND NOT account_8.is_hidden OFFSET 0)))), 'null')
  || ',"spans":'
  ||
    (SELECT '['
    || coalesce(string_agg('{"state":"' || relationship_span_3.state || '","from":' || coalesce(to_char(relationship_span_3.valid_from AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",3]}') || ',"to":' || coalesce(to_char(relationship_span_3.valid_to AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null') || ',"blocks":' ||
      (SELECT '['
      || coalesce(string_agg('{"id":"' || encode(convert_to('Block:' || CAST($2::INTEGER AS TEXT) || ':' || CAST(block_1.id AS TEXT), 'UTF8'), 'base64') || '","placedAt":' || coalesce(to_char(block_1.placed_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",5]}') || '}', ',' ORDER BY block_1.placed_at, block_1.id), '')
      || ']'
      FROM block AS block_1
      WHERE block_1.wiki_id = $2::INTEGER AND block_1.mentee_id = relationship_span_3.mentee_id AND EXISTS
        (SELECT 1
        FROM block_span AS block_span_1
        WHERE block_span_1.wiki_id = $2::INTEGER AND block_span_1.block_id = block_1.id AND block_span_1.mentee_id = relationship_span_3.mentee_id AND block_span_1.counted AND block_span_1.valid_from < relationship_span_3.valid_to AND block_span_1.valid_to > relationship_span_3.valid_from OFFSET 0) AND ($5::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_9
        WHERE account_9.wiki_id = $2::INTEGER AND account_9.id = block_1.mentee_id AND NOT account_9.is_hidden OFFSET 0))) || '}', ',' ORDER BY relationship_span_3.valid_from), '')
    || ']'
    FROM relationship_span AS relationship_span_3
    WHERE relationship_span_3.wiki_id = $2::INTEGER AND relationship_span_3.relationship_id = relationship_1.id)
  || '}'
  FROM relationship AS relationship_1
  LEFT JOIN relationship_span AS relationship_span_1 ON relationship_span_1.wiki_id = $2::INTEGER AND relationship_span_1.relationship_id = relationship_1.id AND relationship_span_1.valid_from <= $1::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $1::TIMESTAMP WITH TIME ZONE
  WHERE relationship_1.wiki_id = $2::INTEGER AND (relationship_1.id = $6::BIGINT AND (relationship_1.started_at <= $1::TIMESTAMP WITH TIME ZONE OR relationship_1.withdrawn_at < 'infinity'::timestamptz OR EXISTS
    (SELECT 1
    FROM relationship_event AS relationship_event_1
    WHERE relationship_event_1.wiki_id = $2::INTEGER AND relationship_event_1.relationship_id = relationship_1.id OFFSET 0))) AND ((relationship_1.mentor_id = $4::BIGINT OR relationship_1.mentee_id = $4::BIGINT OR $5::BOOLEAN OR EXISTS
    (SELECT 1
    FROM account AS account_10
    WHERE account_10.wiki_id = $2::INTEGER AND account_10.id = relationship_1.mentee_id AND NOT account_10.is_hidden OFFSET 0)) AND ($5::BOOLEAN OR EXISTS
    (SELECT 1
    FROM account AS account_11
    WHERE account_11.wiki_id = $2::INTEGER AND account_11.id = relationship_1.mentor_id AND NOT account_11.is_hidden OFFSET 0)))), 'null') || '}', 'UTF8');
