SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"id":"'
  || replace(encode(convert_to('Wiki:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(wiki_1.id AS TEXT) || '@' || CAST(CAST(date_part('epoch', $2::TIMESTAMP WITH TIME ZONE) * 1000 AS BIGINT) AS TEXT), 'UTF8'), 'base64'), chr(10), '')
  || '","mentee":'
  || coalesce(
    (SELECT '{"id":"'
    || replace(encode(convert_to('Mentee:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(account_1.id AS TEXT) || '@' || CAST(CAST(date_part('epoch', $2::TIMESTAMP WITH TIME ZONE) * 1000 AS BIGINT) AS TEXT), 'UTF8'), 'base64'), chr(10), '')
    || '","name":'
    || coalesce(CAST(to_json(CAST(coalesce(
      (SELECT account_name_1.name
      FROM account_name AS account_name_1
      WHERE account_name_1.wiki_id = $1::INTEGER AND (account_name_1.account_id = account_1.id AND account_name_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND account_name_1.valid_to > $2::TIMESTAMP WITH TIME ZONE AND ($3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_2
        WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = account_1.id AND NOT account_2.is_hidden OFFSET 0)))
      ORDER BY account_name_1.valid_to DESC
      LIMIT 1), CASE WHEN $3::BOOLEAN THEN
      (SELECT suppressed_name_1.name
      FROM suppressed_name AS suppressed_name_1
      WHERE suppressed_name_1.wiki_id = $1::INTEGER AND suppressed_name_1.account_id = account_1.id AND suppressed_name_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND suppressed_name_1.valid_to > $2::TIMESTAMP WITH TIME ZONE
      ORDER BY suppressed_name_1.valid_to DESC
      LIMIT 1) END) AS TEXT)) AS TEXT), 'null')
    || ',"state":'
    || coalesce('"' || coalesce(
      (SELECT CASE WHEN ($4::BOOLEAN OR mentee_span_1.mentee_id = $5::BIGINT) THEN mentee_span_1.state ELSE mentee_span_1.told_state END
      FROM mentee_span AS mentee_span_1
      WHERE mentee_span_1.wiki_id = $1::INTEGER AND mentee_span_1.mentee_id = account_1.id AND mentee_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE), 'UNASSIGNED') || '"', E'\x01{"!":["NULL",1]}')
    || ',"blockCount":'
    || coalesce(CAST(CASE WHEN (NOT account_1.is_hidden OR $3::BOOLEAN OR account_1.id = $5::BIGINT) THEN CAST(
      (SELECT count(*)
      FROM block AS block_1
      WHERE block_1.wiki_id = $1::INTEGER AND block_1.mentee_id = account_1.id AND block_1.placed_at <= $2::TIMESTAMP WITH TIME ZONE AND block_1.withdrawn_at = 'infinity'::timestamptz AND EXISTS
        (SELECT 1
        FROM block_span AS block_span_1
        WHERE block_span_1.wiki_id = $1::INTEGER AND block_span_1.block_id = block_1.id OFFSET 0)) AS BIGINT) ELSE 0 END AS TEXT), E'\x01{"!":["NULL",1]}')
    || ',"mentor":'
    || coalesce(
      (SELECT '{"id":"'
      || replace(encode(convert_to('Mentor:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(mentor_1.id AS TEXT) || '@' || CAST(CAST(date_part('epoch', $2::TIMESTAMP WITH TIME ZONE) * 1000 AS BIGINT) AS TEXT), 'UTF8'), 'base64'), chr(10), '')
      || '","name":'
      || coalesce(CAST(to_json(CAST(coalesce(
        (SELECT account_name_2.name
        FROM account_name AS account_name_2
        WHERE account_name_2.wiki_id = $1::INTEGER AND (account_name_2.account_id = account_3.id AND account_name_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND account_name_2.valid_to > $2::TIMESTAMP WITH TIME ZONE AND ($3::BOOLEAN OR EXISTS
          (SELECT 1
          FROM account AS account_4
          WHERE account_4.wiki_id = $1::INTEGER AND account_4.id = account_3.id AND NOT account_4.is_hidden OFFSET 0)))
        ORDER BY account_name_2.valid_to DESC
        LIMIT 1), CASE WHEN $3::BOOLEAN THEN
        (SELECT suppressed_name_2.name
        FROM suppressed_name AS suppressed_name_2
        WHERE suppressed_name_2.wiki_id = $1::INTEGER AND suppressed_name_2.account_id = account_3.id AND suppressed_name_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND suppressed_name_2.valid_to > $2::TIMESTAMP WITH TIME ZONE
        ORDER BY suppressed_name_2.valid_to DESC
        LIMIT 1) END) AS TEXT)) AS TEXT), 'null')
      || ',"status":'
      || coalesce('"' || CASE WHEN (NOT EXISTS
        (SELECT 1
        FROM mentor_term AS mentor_term_1
        WHERE mentor_term_1.wiki_id = $1::INTEGER AND mentor_term_1.mentor_id = mentor_1.id AND mentor_term_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentor_term_1.valid_to > $2::TIMESTAMP WITH TIME ZONE OFFSET 0)) THEN 'RESIGNED' WHEN EXISTS
        (SELECT 1
        FROM block_span AS block_span_2
        WHERE block_span_2.wiki_id = $1::INTEGER AND (block_span_2.mentee_id = mentor_1.id AND block_span_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND block_span_2.valid_to > $2::TIMESTAMP WITH TIME ZONE AND (block_span_2.scope = 'SITEWIDE' OR EXISTS
          (SELECT 1
          FROM block AS block_2
          WHERE block_2.wiki_id = $1::INTEGER AND (block_2.id = block_span_2.block_id AND (block_2.kind = 'GLOBAL_BLOCK' OR block_2.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN 'BLOCKED' WHEN (mentor_1.away_until > $2::TIMESTAMP WITH TIME ZONE AND mentor_1.away_since <= $2::TIMESTAMP WITH TIME ZONE) THEN 'AWAY' ELSE 'AVAILABLE' END || '"', E'\x01{"!":["NULL",1]}')
      || ',"enrolledAt":'
      || coalesce(to_char(coalesce(
        (SELECT mentor_term_2.valid_from
        FROM mentor_term AS mentor_term_2
        WHERE mentor_term_2.wiki_id = $1::INTEGER AND mentor_term_2.mentor_id = mentor_1.id AND mentor_term_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE
        ORDER BY mentor_term_2.valid_from DESC
        LIMIT 1), mentor_1.enrolled_at) AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",1]}')
      || ',"resignedAt":'
      || coalesce(to_char(CASE WHEN (
        (SELECT mentor_term_3.valid_to
        FROM mentor_term AS mentor_term_3
        WHERE mentor_term_3.wiki_id = $1::INTEGER AND mentor_term_3.mentor_id = mentor_1.id AND mentor_term_3.valid_from <= $2::TIMESTAMP WITH TIME ZONE
        ORDER BY mentor_term_3.valid_from DESC
        LIMIT 1) <= $2::TIMESTAMP WITH TIME ZONE) THEN
        (SELECT mentor_term_3.valid_to
        FROM mentor_term AS mentor_term_3
        WHERE mentor_term_3.wiki_id = $1::INTEGER AND mentor_term_3.mentor_id = mentor_1.id AND mentor_term_3.valid_from <= $2::TIMESTAMP WITH TIME ZONE
        ORDER BY mentor_term_3.valid_from DESC
        LIMIT 1) END AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
      || '}'
      FROM mentor AS mentor_1
      LEFT JOIN account AS account_3 ON account_3.wiki_id = $1::INTEGER AND account_3.id = mentor_1.id
      WHERE mentor_1.wiki_id = $1::INTEGER AND mentor_1.id =
        (SELECT relationship_span_1.mentor_id
        FROM relationship_span AS relationship_span_1
        WHERE relationship_span_1.wiki_id = $1::INTEGER AND relationship_span_1.mentee_id = account_1.id AND relationship_span_1.role = 'PRIMARY' AND relationship_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE) AND (NOT account_3.is_hidden OR $3::BOOLEAN)), 'null')
    || ',"relationship":'
    || coalesce(
      (SELECT '{"id":"'
      || replace(encode(convert_to('Relationship:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(relationship_1.id AS TEXT) || '@' || CAST(CAST(date_part('epoch', $2::TIMESTAMP WITH TIME ZONE) * 1000 AS BIGINT) AS TEXT), 'UTF8'), 'base64'), chr(10), '')
      || '","state":'
      || coalesce('"' || coalesce(relationship_span_2.state, 'ENDED') || '"', E'\x01{"!":["NULL",1]}')
      || ',"stateSince":'
      || coalesce(to_char(coalesce(relationship_span_2.valid_from, CASE WHEN (relationship_1.ends_at <= $2::TIMESTAMP WITH TIME ZONE) THEN relationship_1.ends_at ELSE relationship_1.started_at END) AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",1]}')
      || ',"endedAt":'
      || coalesce(to_char(CASE WHEN (relationship_1.ends_at <= $2::TIMESTAMP WITH TIME ZONE) THEN relationship_1.ends_at END AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
      || '}'
      FROM relationship AS relationship_1
      LEFT JOIN relationship_span AS relationship_span_2 ON relationship_span_2.wiki_id = $1::INTEGER AND relationship_span_2.relationship_id = relationship_1.id AND relationship_span_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_2.valid_to > $2::TIMESTAMP WITH TIME ZONE
      WHERE relationship_1.wiki_id = $1::INTEGER AND relationship_1.mentee_id = account_1.id AND relationship_1.role = 'PRIMARY' AND relationship_1.ends_at > $2::TIMESTAMP WITH TIME ZONE AND relationship_1.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz AND ((relationship_1.mentor_id = $5::BIGINT OR relationship_1.mentee_id = $5::BIGINT OR $3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_5
        WHERE account_5.wiki_id = $1::INTEGER AND account_5.id = relationship_1.mentee_id AND NOT account_5.is_hidden OFFSET 0)) AND ($3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_6
        WHERE account_6.wiki_id = $1::INTEGER AND account_6.id = relationship_1.mentor_id AND NOT account_6.is_hidden OFFSET 0)))), 'null')
    || ',"blocks":'
    ||
      (SELECT '{"totalCount":'
      || CAST(
        (SELECT count(*)
        FROM block AS block_3
        WHERE block_3.wiki_id = $1::INTEGER AND block_3.mentee_id = account_1.id AND block_3.withdrawn_at = 'infinity'::timestamptz AND block_3.placed_at <= $2::TIMESTAMP WITH TIME ZONE AND ($3::BOOLEAN OR EXISTS
          (SELECT 1
          FROM account AS account_7
          WHERE account_7.wiki_id = $1::INTEGER AND account_7.id = block_3.mentee_id AND NOT account_7.is_hidden OFFSET 0))) AS TEXT)
      || ',"nodes":['
      || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC), '')
      || ']}'
      FROM
        (SELECT block_4.placed_at AS k0, block_4.id AS k1, '{"id":"'
        || replace(encode(convert_to('Block:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(block_4.id AS TEXT) || '@' || CAST(CAST(date_part('epoch', $2::TIMESTAMP WITH TIME ZONE) * 1000 AS BIGINT) AS TEXT), 'UTF8'), 'base64'), chr(10), '')
        || '","scope":'
        || coalesce('"' || coalesce(
          (SELECT block_span_3.scope
          FROM block_span AS block_span_3
          WHERE block_span_3.wiki_id = $1::INTEGER AND block_span_3.block_id = block_4.id AND block_span_3.valid_from <= $2::TIMESTAMP WITH TIME ZONE
          ORDER BY block_span_3.valid_from DESC
          LIMIT 1), block_4.scope) || '"', E'\x01{"!":["NULL",4]}')
        || ',"category":'
        || coalesce('"' || coalesce(
          (SELECT block_span_4.category
          FROM block_span AS block_span_4
          WHERE block_span_4.wiki_id = $1::INTEGER AND block_span_4.block_id = block_4.id AND block_span_4.valid_from <= $2::TIMESTAMP WITH TIME ZONE
          ORDER BY block_span_4.valid_from DESC
          LIMIT 1), block_4.category) || '"', E'\x01{"!":["NULL",4]}')
        || ',"categorySource":'
        || coalesce('"' || coalesce(
          (SELECT block_span_5.category_source
          FROM block_span AS block_span_5
          WHERE block_span_5.wiki_id = $1::INTEGER AND block_span_5.block_id = block_4.id AND block_span_5.valid_from <= $2::TIMESTAMP WITH TIME ZONE
          ORDER BY block_span_5.valid_from DESC
          LIMIT 1), block_4.category_source) || '"', E'\x01{"!":["NULL",4]}')
        || ',"expiresAt":'
        || coalesce(to_char(coalesce(
          (SELECT block_span_6.expires_at
          FROM block_span AS block_span_6
          WHERE block_span_6.wiki_id = $1::INTEGER AND block_span_6.block_id = block_4.id AND block_span_6.valid_from <= $2::TIMESTAMP WITH TIME ZONE
          ORDER BY block_span_6.valid_from DESC
          LIMIT 1), block_4.expires_at) AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
        || ',"isIndefinite":'
        || coalesce(CAST(coalesce(
          (SELECT block_span_7.expires_at
          FROM block_span AS block_span_7
          WHERE block_span_7.wiki_id = $1::INTEGER AND block_span_7.block_id = block_4.id AND block_span_7.valid_from <= $2::TIMESTAMP WITH TIME ZONE
          ORDER BY block_span_7.valid_from DESC
          LIMIT 1), block_4.expires_at) = 'infinity'::timestamptz AS TEXT), E'\x01{"!":["NULL",4]}')
        || ',"isOpen":'
        || coalesce(CAST(EXISTS
          (SELECT 1
          FROM block_span AS block_span_8
          WHERE block_span_8.wiki_id = $1::INTEGER AND block_span_8.block_id = block_4.id AND block_span_8.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND block_span_8.valid_to > $2::TIMESTAMP WITH TIME ZONE OFFSET 0) AS TEXT), E'\x01{"!":["NULL",4]}')
        || ',"unblockRequested":'
        || coalesce(CAST(coalesce(
          (SELECT block_span_9.unblock_requested
          FROM block_span AS block_span_9
          WHERE block_span_9.wiki_id = $1::INTEGER AND block_span_9.block_id = block_4.id AND block_span_9.valid_from <= $2::TIMESTAMP WITH TIME ZONE
          ORDER BY block_span_9.valid_from DESC
          LIMIT 1), block_4.unblock_requested) AS TEXT), E'\x01{"!":["NULL",4]}')
        || '}' AS f0
        FROM block AS block_4
        WHERE block_4.wiki_id = $1::INTEGER AND block_4.mentee_id = account_1.id AND block_4.withdrawn_at = 'infinity'::timestamptz AND block_4.placed_at <= $2::TIMESTAMP WITH TIME ZONE AND ($3::BOOLEAN OR EXISTS
          (SELECT 1
          FROM account AS account_8
          WHERE account_8.wiki_id = $1::INTEGER AND account_8.id = block_4.mentee_id AND NOT account_8.is_hidden OFFSET 0))
        ORDER BY block_4.placed_at DESC, block_4.id DESC
        LIMIT 3) AS p
      HAVING true)
    || '}'
    FROM account AS account_1
    WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = $6::BIGINT AND account_1.registered_key <= $2::TIMESTAMP WITH TIME ZONE AND (NOT account_1.is_hidden OR $3::BOOLEAN OR account_1.id = $5::BIGINT OR EXISTS
      (SELECT 1
      FROM relationship AS relationship_2
      WHERE relationship_2.wiki_id = $1::INTEGER AND relationship_2.mentee_id = account_1.id AND relationship_2.mentor_id = $5::BIGINT AND relationship_2.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_2.withdrawn_at = 'infinity'::timestamptz OFFSET 0))), 'null')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
