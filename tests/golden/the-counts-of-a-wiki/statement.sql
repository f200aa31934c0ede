SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"counts":{"active":'
  || coalesce(CAST(CAST(
    (SELECT count(*)
    FROM mentee_span AS mentee_span_1
    WHERE mentee_span_1.wiki_id = $1::INTEGER AND mentee_span_1.told_state = 'ACTIVE' AND mentee_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE) AS BIGINT) - CASE WHEN $3::BOOLEAN THEN 0 ELSE CAST(
    (SELECT count(*)
    FROM account AS account_1
    WHERE account_1.wiki_id = $1::INTEGER AND account_1.is_hidden AND EXISTS
      (SELECT 1
      FROM mentee_span AS mentee_span_2
      WHERE mentee_span_2.wiki_id = $1::INTEGER AND mentee_span_2.mentee_id = account_1.id AND mentee_span_2.told_state = 'ACTIVE' AND mentee_span_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_2.valid_to > $2::TIMESTAMP WITH TIME ZONE OFFSET 0)) AS BIGINT) END AS TEXT), E'\x01{"!":["NULL",2]}')
  || ',"suspended":'
  || coalesce(CAST(CAST(
    (SELECT count(*)
    FROM mentee_span AS mentee_span_3
    WHERE mentee_span_3.wiki_id = $1::INTEGER AND mentee_span_3.told_state = 'SUSPENDED' AND mentee_span_3.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_3.valid_to > $2::TIMESTAMP WITH TIME ZONE) AS BIGINT) - CASE WHEN $3::BOOLEAN THEN 0 ELSE CAST(
    (SELECT count(*)
    FROM account AS account_2
    WHERE account_2.wiki_id = $1::INTEGER AND account_2.is_hidden AND EXISTS
      (SELECT 1
      FROM mentee_span AS mentee_span_4
      WHERE mentee_span_4.wiki_id = $1::INTEGER AND mentee_span_4.mentee_id = account_2.id AND mentee_span_4.told_state = 'SUSPENDED' AND mentee_span_4.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_4.valid_to > $2::TIMESTAMP WITH TIME ZONE OFFSET 0)) AS BIGINT) END AS TEXT), E'\x01{"!":["NULL",2]}')
  || ',"released":'
  || coalesce(CAST(CASE WHEN $4::BOOLEAN THEN CAST(
    (SELECT count(*)
    FROM mentee_span AS mentee_span_5
    WHERE mentee_span_5.wiki_id = $1::INTEGER AND (mentee_span_5.state = 'RELEASED' AND mentee_span_5.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_5.valid_to > $2::TIMESTAMP WITH TIME ZONE AND EXISTS
      (SELECT 1
      FROM account AS account_3
      WHERE account_3.wiki_id = $1::INTEGER AND (account_3.id = mentee_span_5.mentee_id AND (NOT account_3.is_hidden OR $3::BOOLEAN) AND account_3.is_mentee) OFFSET 0))) AS BIGINT) ELSE CAST(
    (SELECT count(*)
    FROM mentee_span AS mentee_span_6
    WHERE mentee_span_6.wiki_id = $1::INTEGER AND (mentee_span_6.told_state = 'RELEASED' AND mentee_span_6.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_6.valid_to > $2::TIMESTAMP WITH TIME ZONE AND EXISTS
      (SELECT 1
      FROM account AS account_4
      WHERE account_4.wiki_id = $1::INTEGER AND (account_4.id = mentee_span_6.mentee_id AND (NOT account_4.is_hidden OR $3::BOOLEAN) AND account_4.is_mentee) OFFSET 0))) AS BIGINT) END AS TEXT), E'\x01{"!":["NULL",2]}')
  || ',"unassigned":'
  || coalesce(CAST(CASE WHEN $4::BOOLEAN THEN CAST(
    (SELECT count(*)
    FROM mentee_span AS mentee_span_7
    WHERE mentee_span_7.wiki_id = $1::INTEGER AND (mentee_span_7.state = 'UNASSIGNED' AND mentee_span_7.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_7.valid_to > $2::TIMESTAMP WITH TIME ZONE AND EXISTS
      (SELECT 1
      FROM account AS account_5
      WHERE account_5.wiki_id = $1::INTEGER AND (account_5.id = mentee_span_7.mentee_id AND (NOT account_5.is_hidden OR $3::BOOLEAN) AND account_5.is_mentee) OFFSET 0))) AS BIGINT) ELSE CAST(
    (SELECT count(*)
    FROM mentee_span AS mentee_span_8
    WHERE mentee_span_8.wiki_id = $1::INTEGER AND (mentee_span_8.told_state = 'UNASSIGNED' AND mentee_span_8.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_8.valid_to > $2::TIMESTAMP WITH TIME ZONE AND EXISTS
      (SELECT 1
      FROM account AS account_6
      WHERE account_6.wiki_id = $1::INTEGER AND (account_6.id = mentee_span_8.mentee_id AND (NOT account_6.is_hidden OR $3::BOOLEAN) AND account_6.is_mentee) OFFSET 0))) AS BIGINT) END AS TEXT), E'\x01{"!":["NULL",2]}')
  || ',"waiting":'
  || coalesce(CAST(CAST(
    (SELECT count(*)
    FROM need AS need_1
    WHERE need_1.wiki_id = $1::INTEGER AND (need_1.role = 'PRIMARY' AND need_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND need_1.valid_to > $2::TIMESTAMP WITH TIME ZONE AND ($3::BOOLEAN OR EXISTS
      (SELECT 1
      FROM account AS account_7
      WHERE account_7.wiki_id = $1::INTEGER AND account_7.id = need_1.mentee_id AND NOT account_7.is_hidden OFFSET 0)))) AS BIGINT) AS TEXT), E'\x01{"!":["NULL",2]}')
  || ',"mentorsAvailable":'
  || coalesce(CAST(CAST(
    (SELECT count(*)
    FROM mentor AS mentor_1
    WHERE mentor_1.wiki_id = $1::INTEGER AND (CASE WHEN (mentor_1.resigned_at <= $2::TIMESTAMP WITH TIME ZONE) THEN 'RESIGNED' WHEN EXISTS
      (SELECT 1
      FROM block_span AS block_span_1
      WHERE block_span_1.wiki_id = $1::INTEGER AND (block_span_1.mentee_id = mentor_1.id AND block_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND block_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE AND (block_span_1.scope = 'SITEWIDE' OR EXISTS
        (SELECT 1
        FROM block AS block_1
        WHERE block_1.wiki_id = $1::INTEGER AND (block_1.id = block_span_1.block_id AND (block_1.kind = 'GLOBAL_BLOCK' OR block_1.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN 'BLOCKED' WHEN (mentor_1.away_until > $2::TIMESTAMP WITH TIME ZONE) THEN 'AWAY' ELSE 'AVAILABLE' END = 'AVAILABLE' AND ($3::BOOLEAN OR EXISTS
      (SELECT 1
      FROM account AS account_8
      WHERE account_8.wiki_id = $1::INTEGER AND account_8.id = mentor_1.id AND NOT account_8.is_hidden OFFSET 0)))) AS BIGINT) AS TEXT), E'\x01{"!":["NULL",2]}')
  || ',"at":'
  || coalesce(to_char($2::TIMESTAMP WITH TIME ZONE AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",2]}')
  || '}}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
