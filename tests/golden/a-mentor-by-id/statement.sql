SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentor":'
  || coalesce(
    (SELECT '{"name":'
    || coalesce(CAST(to_json(coalesce(account_1.name, CASE WHEN $1::BOOLEAN THEN
      (SELECT suppressed_name_1.name
      FROM suppressed_name AS suppressed_name_1
      WHERE suppressed_name_1.wiki_id = $2::INTEGER AND suppressed_name_1.account_id = account_1.id
      ORDER BY suppressed_name_1.valid_to DESC
      LIMIT 1) END)) AS TEXT), 'null')
    || ',"status":'
    || coalesce('"' || CASE WHEN (mentor_1.resigned_at <= $3::TIMESTAMP WITH TIME ZONE) THEN 'RESIGNED' WHEN EXISTS
      (SELECT 1
      FROM block_span AS block_span_1
      WHERE block_span_1.wiki_id = $2::INTEGER AND (block_span_1.mentee_id = mentor_1.id AND block_span_1.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND block_span_1.valid_to > $3::TIMESTAMP WITH TIME ZONE AND (block_span_1.scope = 'SITEWIDE' OR EXISTS
        (SELECT 1
        FROM block AS block_1
        WHERE block_1.wiki_id = $2::INTEGER AND (block_1.id = block_span_1.block_id AND (block_1.kind = 'GLOBAL_BLOCK' OR block_1.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN 'BLOCKED' WHEN (mentor_1.away_until > $3::TIMESTAMP WITH TIME ZONE) THEN 'AWAY' ELSE 'AVAILABLE' END || '"', E'\x01{"!":["NULL",1]}')
    || ',"awayUntil":'
    || coalesce(to_char(CASE WHEN (mentor_1.away_until > $3::TIMESTAMP WITH TIME ZONE) THEN mentor_1.away_until END AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
    || ',"unavailableSince":'
    || coalesce(to_char(CASE WHEN (mentor_1.resigned_at <= $3::TIMESTAMP WITH TIME ZONE) THEN mentor_1.resigned_at WHEN EXISTS
      (SELECT 1
      FROM block_span AS block_span_2
      WHERE block_span_2.wiki_id = $2::INTEGER AND (block_span_2.mentee_id = mentor_1.id AND block_span_2.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND block_span_2.valid_to > $3::TIMESTAMP WITH TIME ZONE AND (block_span_2.scope = 'SITEWIDE' OR EXISTS
        (SELECT 1
        FROM block AS block_2
        WHERE block_2.wiki_id = $2::INTEGER AND (block_2.id = block_span_2.block_id AND (block_2.kind = 'GLOBAL_BLOCK' OR block_2.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN
      (SELECT block_span_3.valid_from
      FROM block_span AS block_span_3
      WHERE block_span_3.wiki_id = $2::INTEGER AND (block_span_3.mentee_id = mentor_1.id AND block_span_3.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND block_span_3.valid_to > $3::TIMESTAMP WITH TIME ZONE AND (block_span_3.scope = 'SITEWIDE' OR EXISTS
        (SELECT 1
        FROM block AS block_3
        WHERE block_3.wiki_id = $2::INTEGER AND (block_3.id = block_span_3.block_id AND (block_3.kind = 'GLOBAL_BLOCK' OR block_3.kind = 'GLOBAL_LOCK')) OFFSET 0)))
      ORDER BY block_span_3.valid_from DESC
      LIMIT 1) WHEN (mentor_1.away_until > $3::TIMESTAMP WITH TIME ZONE) THEN mentor_1.away_since END AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
    || ',"share":"'
    || mentor_1.share
    || '","capacity":'
    || coalesce(CAST(mentor_1.capacity AS TEXT), 'null')
    || ',"introduction":'
    || coalesce(CAST(to_json(mentor_1.introduction) AS TEXT), 'null')
    || ',"enrolledAt":'
    || coalesce(to_char(mentor_1.enrolled_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",1]}')
    || ',"resignedAt":'
    || coalesce(to_char(CASE WHEN (mentor_1.resigned_at <= $3::TIMESTAMP WITH TIME ZONE) THEN mentor_1.resigned_at END AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
    || ',"version":'
    || CAST(mentor_1.version AS TEXT)
    || ',"asMentee":'
    || coalesce(
      (SELECT '{"state":'
      || coalesce('"' || coalesce(
        (SELECT CASE WHEN ($4::BOOLEAN OR mentee_span_1.mentee_id = $5::BIGINT) THEN mentee_span_1.state ELSE mentee_span_1.told_state END
        FROM mentee_span AS mentee_span_1
        WHERE mentee_span_1.wiki_id = $2::INTEGER AND mentee_span_1.mentee_id = account_2.id AND mentee_span_1.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND mentee_span_1.valid_to > $3::TIMESTAMP WITH TIME ZONE), 'UNASSIGNED') || '"', E'\x01{"!":["NULL",2]}')
      || '}'
      FROM account AS account_2
      WHERE account_2.wiki_id = $2::INTEGER AND account_2.id = mentor_1.id AND (NOT account_2.is_hidden OR $1::BOOLEAN OR account_2.id = $5::BIGINT OR EXISTS
        (SELECT 1
        FROM relationship AS relationship_1
        WHERE relationship_1.wiki_id = $2::INTEGER AND relationship_1.mentee_id = account_2.id AND relationship_1.mentor_id = $5::BIGINT AND relationship_1.started_at <= $3::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz OFFSET 0))), E'\x01{"!":["NULL",1]}')
    || '}'
    FROM mentor AS mentor_1
    LEFT JOIN account AS account_1 ON account_1.wiki_id = $2::INTEGER AND account_1.id = mentor_1.id
    WHERE mentor_1.wiki_id = $2::INTEGER AND mentor_1.id = $6::BIGINT AND (NOT account_1.is_hidden OR $1::BOOLEAN)), 'null')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $2::INTEGER), 'null') || '}', 'UTF8');
