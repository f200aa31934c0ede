SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentee":'
  || coalesce(
    (SELECT '{"name":'
    || coalesce(CAST(to_json(coalesce(account_1.name, CASE WHEN $1::BOOLEAN THEN
      (SELECT suppressed_name_1.name
      FROM suppressed_name AS suppressed_name_1
      WHERE suppressed_name_1.wiki_id = $2::INTEGER AND suppressed_name_1.account_id = account_1.id
      ORDER BY suppressed_name_1.valid_to DESC
      LIMIT 1) END)) AS TEXT), 'null')
    || ',"state":'
    || coalesce('"' || coalesce(
      (SELECT CASE WHEN ($3::BOOLEAN OR mentee_span_1.mentee_id = $4::BIGINT) THEN mentee_span_1.state ELSE mentee_span_1.told_state END
      FROM mentee_span AS mentee_span_1
      WHERE mentee_span_1.wiki_id = $2::INTEGER AND mentee_span_1.mentee_id = account_1.id AND mentee_span_1.valid_from <= $5::TIMESTAMP WITH TIME ZONE AND mentee_span_1.valid_to > $5::TIMESTAMP WITH TIME ZONE), 'UNASSIGNED') || '"', E'\x01{"!":["NULL",1]}')
    || ',"suspension":'
    || coalesce(
      (SELECT '{"since":'
      || coalesce(to_char(mentee_span_2.blocked_since AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",1]}')
      || ',"resumesAt":'
      || coalesce(to_char(mentee_span_2.blocked_until AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
      || ',"releasesAt":'
      || coalesce(to_char(
        (SELECT relationship_1.ends_at
        FROM relationship AS relationship_1
        WHERE relationship_1.wiki_id = $2::INTEGER AND relationship_1.mentee_id = mentee_span_2.mentee_id AND relationship_1.role = 'PRIMARY' AND relationship_1.started_at <= $5::TIMESTAMP WITH TIME ZONE AND relationship_1.ends_at > $5::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz AND relationship_1.ends_because = 'HOLD_ELAPSED') AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
      || ',"returnsUntil":'
      || coalesce(to_char(mentee_span_2.returns_until AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
      || ',"returnsTo":'
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
        WHERE mentor_1.wiki_id = $2::INTEGER AND mentor_1.id = mentee_span_2.returns_to AND (NOT account_2.is_hidden OR $1::BOOLEAN)), 'null')
      || ',"blocks":'
      ||
        (SELECT '['
        || coalesce(string_agg('{"kind":"' || block_1.kind || '","reason":' || coalesce(CAST(to_json(coalesce(block_1.reason, CASE WHEN $1::BOOLEAN THEN
          (SELECT fact_text_1.reason
          FROM fact_text AS fact_text_1
          WHERE fact_text_1.wiki_id = $2::INTEGER AND fact_text_1.fact_id = block_1.reason_by) END)) AS TEXT), 'null') || ',"placedAt":' || coalesce(to_char(block_1.placed_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",3]}') || ',"expiresAt":' || coalesce(to_char(block_1.expires_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null') || '}', ',' ORDER BY block_1.placed_at, block_1.id), '')
        || ']'
        FROM block AS block_1
        WHERE block_1.wiki_id = $2::INTEGER AND block_1.mentee_id = mentee_span_2.mentee_id AND EXISTS
          (SELECT 1
          FROM block_span AS block_span_1
          WHERE block_span_1.wiki_id = $2::INTEGER AND block_span_1.block_id = block_1.id AND block_span_1.counted AND block_span_1.valid_from <= $5::TIMESTAMP WITH TIME ZONE AND block_span_1.valid_to > $5::TIMESTAMP WITH TIME ZONE OFFSET 0) AND ($1::BOOLEAN OR EXISTS
          (SELECT 1
          FROM account AS account_3
          WHERE account_3.wiki_id = $2::INTEGER AND account_3.id = block_1.mentee_id AND NOT account_3.is_hidden OFFSET 0)))
      || '}'
      FROM mentee_span AS mentee_span_2
      WHERE mentee_span_2.wiki_id = $2::INTEGER AND mentee_span_2.mentee_id = account_1.id AND mentee_span_2.valid_from <= $5::TIMESTAMP WITH TIME ZONE AND mentee_span_2.valid_to > $5::TIMESTAMP WITH TIME ZONE AND mentee_span_2.blocked_since IS NOT NULL), 'null')
    || ',"relationship":'
    || coalesce(
      (SELECT '{"id":"'
      || encode(convert_to('Relationship:' || CAST($2::INTEGER AS TEXT) || ':' || CAST(relationship_2.id AS TEXT), 'UTF8'), 'base64')
      || '","state":'
      || coalesce('"' || coalesce(relationship_span_1.state, 'ENDED') || '"', E'\x01{"!":["NULL",1]}')
      || '}'
      FROM relationship AS relationship_2
      LEFT JOIN relationship_span AS relationship_span_1 ON relationship_span_1.wiki_id = $2::INTEGER AND relationship_span_1.relationship_id = relationship_2.id AND relationship_span_1.valid_from <= $5::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $5::TIMESTAMP WITH TIME ZONE
      WHERE relationship_2.wiki_id = $2::INTEGER AND relationship_2.mentee_id = account_1.id AND relationship_2.role = 'PRIMARY' AND relationship_2.ends_at > $5::TIMESTAMP WITH TIME ZONE AND relationship_2.started_at <= $5::TIMESTAMP WITH TIME ZONE AND relationship_2.withdrawn_at = 'infinity'::timestamptz AND ((relationship_2.mentor_id = $4::BIGINT OR relationship_2.mentee_id = $4::BIGINT OR $1::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_4
        WHERE account_4.wiki_id = $2::INTEGER AND account_4.id = relationship_2.mentee_id AND NOT account_4.is_hidden OFFSET 0)) AND ($1::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_5
        WHERE account_5.wiki_id = $2::INTEGER AND account_5.id = relationship_2.mentor_id AND NOT account_5.is_hidden OFFSET 0)))), 'null')
    || ',"backup":'
    || coalesce(
      (SELECT '{"id":"'
      || encode(convert_to('Relationship:' || CAST($2::INTEGER AS TEXT) || ':' || CAST(relationship_3.id AS TEXT), 'UTF8'), 'base64')
      || '"}'
      FROM relationship AS relationship_3
      WHERE relationship_3.wiki_id = $2::INTEGER AND relationship_3.mentee_id = account_1.id AND relationship_3.role = 'BACKUP' AND relationship_3.ends_at > $5::TIMESTAMP WITH TIME ZONE AND relationship_3.started_at <= $5::TIMESTAMP WITH TIME ZONE AND relationship_3.withdrawn_at = 'infinity'::timestamptz AND ((relationship_3.mentor_id = $4::BIGINT OR relationship_3.mentee_id = $4::BIGINT OR $1::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_6
        WHERE account_6.wiki_id = $2::INTEGER AND account_6.id = relationship_3.mentee_id AND NOT account_6.is_hidden OFFSET 0)) AND ($1::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_7
        WHERE account_7.wiki_id = $2::INTEGER AND account_7.id = relationship_3.mentor_id AND NOT account_7.is_hidden OFFSET 0)))), 'null')
    || '}'
    FROM account AS account_1
    WHERE account_1.wiki_id = $2::INTEGER AND account_1.id = $6::BIGINT AND (NOT account_1.is_hidden OR $1::BOOLEAN OR account_1.id = $4::BIGINT OR EXISTS
      (SELECT 1
      FROM relationship AS relationship_4
      WHERE relationship_4.wiki_id = $2::INTEGER AND relationship_4.mentee_id = account_1.id AND relationship_4.mentor_id = $4::BIGINT AND relationship_4.started_at <= $5::TIMESTAMP WITH TIME ZONE AND relationship_4.withdrawn_at = 'infinity'::timestamptz OFFSET 0))), 'null')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $2::INTEGER), 'null') || '}', 'UTF8');
