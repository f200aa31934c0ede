SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentors":'
  ||
    (SELECT '{"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM mentor AS mentor_1
      LEFT JOIN account AS account_1 ON account_1.wiki_id = $1::INTEGER AND account_1.id = mentor_1.id
      WHERE mentor_1.wiki_id = $1::INTEGER AND EXISTS
        (SELECT 1
        FROM mentor_term AS mentor_term_1
        WHERE mentor_term_1.wiki_id = $1::INTEGER AND mentor_term_1.mentor_id = mentor_1.id AND mentor_term_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE OFFSET 0) AND (NOT account_1.is_hidden OR $3::BOOLEAN)) AS TEXT)
    || ',"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0, p.k1, p.k2), '')
    || ']}'
    FROM
      (SELECT account_2.name IS NULL AS k0, coalesce(account_2.name, '') AS k1, mentor_2.id AS k2, '{"id":"'
      || replace(encode(convert_to('Mentor:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(mentor_2.id AS TEXT) || '@' || CAST(CAST(date_part('epoch', $2::TIMESTAMP WITH TIME ZONE) * 1000 AS BIGINT) AS TEXT), 'UTF8'), 'base64'), chr(10), '')
      || '","status":'
      || coalesce('"' || CASE WHEN (NOT EXISTS
        (SELECT 1
        FROM mentor_term AS mentor_term_2
        WHERE mentor_term_2.wiki_id = $1::INTEGER AND mentor_term_2.mentor_id = mentor_2.id AND mentor_term_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentor_term_2.valid_to > $2::TIMESTAMP WITH TIME ZONE OFFSET 0)) THEN 'RESIGNED' WHEN EXISTS
        (SELECT 1
        FROM block_span AS block_span_1
        WHERE block_span_1.wiki_id = $1::INTEGER AND (block_span_1.mentee_id = mentor_2.id AND block_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND block_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE AND (block_span_1.scope = 'SITEWIDE' OR EXISTS
          (SELECT 1
          FROM block AS block_1
          WHERE block_1.wiki_id = $1::INTEGER AND (block_1.id = block_span_1.block_id AND (block_1.kind = 'GLOBAL_BLOCK' OR block_1.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN 'BLOCKED' WHEN (mentor_2.away_until > $2::TIMESTAMP WITH TIME ZONE AND mentor_2.away_since <= $2::TIMESTAMP WITH TIME ZONE) THEN 'AWAY' ELSE 'AVAILABLE' END || '"', E'\x01{"!":["NULL",4]}')
      || ',"awayUntil":'
      || coalesce(to_char(CASE WHEN (mentor_2.away_until > $2::TIMESTAMP WITH TIME ZONE AND mentor_2.away_since <= $2::TIMESTAMP WITH TIME ZONE) THEN mentor_2.away_until END AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
      || ',"unavailableSince":'
      || coalesce(to_char(CASE WHEN (NOT EXISTS
        (SELECT 1
        FROM mentor_term AS mentor_term_3
        WHERE mentor_term_3.wiki_id = $1::INTEGER AND mentor_term_3.mentor_id = mentor_2.id AND mentor_term_3.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentor_term_3.valid_to > $2::TIMESTAMP WITH TIME ZONE OFFSET 0)) THEN
        (SELECT mentor_term_4.valid_to
        FROM mentor_term AS mentor_term_4
        WHERE mentor_term_4.wiki_id = $1::INTEGER AND mentor_term_4.mentor_id = mentor_2.id AND mentor_term_4.valid_from <= $2::TIMESTAMP WITH TIME ZONE
        ORDER BY mentor_term_4.valid_from DESC
        LIMIT 1) WHEN EXISTS
        (SELECT 1
        FROM block_span AS block_span_2
        WHERE block_span_2.wiki_id = $1::INTEGER AND (block_span_2.mentee_id = mentor_2.id AND block_span_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND block_span_2.valid_to > $2::TIMESTAMP WITH TIME ZONE AND (block_span_2.scope = 'SITEWIDE' OR EXISTS
          (SELECT 1
          FROM block AS block_2
          WHERE block_2.wiki_id = $1::INTEGER AND (block_2.id = block_span_2.block_id AND (block_2.kind = 'GLOBAL_BLOCK' OR block_2.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN
        (SELECT block_span_3.valid_from
        FROM block_span AS block_span_3
        WHERE block_span_3.wiki_id = $1::INTEGER AND (block_span_3.mentee_id = mentor_2.id AND block_span_3.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND block_span_3.valid_to > $2::TIMESTAMP WITH TIME ZONE AND (block_span_3.scope = 'SITEWIDE' OR EXISTS
          (SELECT 1
          FROM block AS block_3
          WHERE block_3.wiki_id = $1::INTEGER AND (block_3.id = block_span_3.block_id AND (block_3.kind = 'GLOBAL_BLOCK' OR block_3.kind = 'GLOBAL_LOCK')) OFFSET 0)))
        ORDER BY block_span_3.valid_from DESC
        LIMIT 1) WHEN (mentor_2.away_until > $2::TIMESTAMP WITH TIME ZONE AND mentor_2.away_since <= $2::TIMESTAMP WITH TIME ZONE) THEN mentor_2.away_since END AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
      || '}' AS f0
      FROM mentor AS mentor_2
      LEFT JOIN account AS account_2 ON account_2.wiki_id = $1::INTEGER AND account_2.id = mentor_2.id
      WHERE mentor_2.wiki_id = $1::INTEGER AND EXISTS
        (SELECT 1
        FROM mentor_term AS mentor_term_5
        WHERE mentor_term_5.wiki_id = $1::INTEGER AND mentor_term_5.mentor_id = mentor_2.id AND mentor_term_5.valid_from <= $2::TIMESTAMP WITH TIME ZONE OFFSET 0) AND (NOT account_2.is_hidden OR $3::BOOLEAN)
      ORDER BY account_2.name IS NULL, coalesce(account_2.name, ''), mentor_2.id
      LIMIT 3) AS p
    HAVING true)
  || ',"mentees":'
  ||
    (SELECT '{"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM account AS account_3
      WHERE account_3.wiki_id = $1::INTEGER AND (account_3.registered_key <= $2::TIMESTAMP WITH TIME ZONE AND account_3.is_mentee AND (EXISTS
        (SELECT 1
        FROM relationship AS relationship_1
        WHERE relationship_1.wiki_id = $1::INTEGER AND relationship_1.mentee_id = account_3.id AND relationship_1.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz OFFSET 0) OR EXISTS
        (SELECT 1
        FROM need AS need_1
        WHERE need_1.wiki_id = $1::INTEGER AND need_1.mentee_id = account_3.id AND need_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE OFFSET 0))) AND (NOT account_3.is_hidden OR $3::BOOLEAN)) AS TEXT)
    || ',"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC), '')
    || ']}'
    FROM
      (SELECT account_4.registered_key AS k0, account_4.id AS k1, '{"id":"'
      || replace(encode(convert_to('Mentee:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(account_4.id AS TEXT) || '@' || CAST(CAST(date_part('epoch', $2::TIMESTAMP WITH TIME ZONE) * 1000 AS BIGINT) AS TEXT), 'UTF8'), 'base64'), chr(10), '')
      || '","registeredAt":'
      || coalesce(to_char(account_4.registered_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
      || ',"state":'
      || coalesce('"' || coalesce(
        (SELECT CASE WHEN ($4::BOOLEAN OR mentee_span_1.mentee_id = $5::BIGINT) THEN mentee_span_1.state ELSE mentee_span_1.told_state END
        FROM mentee_span AS mentee_span_1
        WHERE mentee_span_1.wiki_id = $1::INTEGER AND mentee_span_1.mentee_id = account_4.id AND mentee_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE), 'UNASSIGNED') || '"', E'\x01{"!":["NULL",4]}')
      || '}' AS f0
      FROM account AS account_4
      WHERE account_4.wiki_id = $1::INTEGER AND (account_4.registered_key <= $2::TIMESTAMP WITH TIME ZONE AND account_4.is_mentee AND (EXISTS
        (SELECT 1
        FROM relationship AS relationship_2
        WHERE relationship_2.wiki_id = $1::INTEGER AND relationship_2.mentee_id = account_4.id AND relationship_2.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_2.withdrawn_at = 'infinity'::timestamptz OFFSET 0) OR EXISTS
        (SELECT 1
        FROM need AS need_2
        WHERE need_2.wiki_id = $1::INTEGER AND need_2.mentee_id = account_4.id AND need_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE OFFSET 0))) AND (NOT account_4.is_hidden OR $3::BOOLEAN)
      ORDER BY account_4.registered_key DESC, account_4.id DESC
      LIMIT 3) AS p
    HAVING true)
  || ',"relationships":'
  ||
    (SELECT '{"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM relationship AS relationship_3
      WHERE relationship_3.wiki_id = $1::INTEGER AND relationship_3.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_3.withdrawn_at = 'infinity'::timestamptz AND ((relationship_3.mentor_id = $5::BIGINT OR relationship_3.mentee_id = $5::BIGINT OR $3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_5
        WHERE account_5.wiki_id = $1::INTEGER AND account_5.id = relationship_3.mentee_id AND NOT account_5.is_hidden OFFSET 0)) AND ($3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_6
        WHERE account_6.wiki_id = $1::INTEGER AND account_6.id = relationship_3.mentor_id AND NOT account_6.is_hidden OFFSET 0)))) AS TEXT)
    || ',"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC), '')
    || ']}'
    FROM
      (SELECT relationship_4.started_at AS k0, relationship_4.id AS k1, '{"id":"'
      || replace(encode(convert_to('Relationship:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(relationship_4.id AS TEXT) || '@' || CAST(CAST(date_part('epoch', $2::TIMESTAMP WITH TIME ZONE) * 1000 AS BIGINT) AS TEXT), 'UTF8'), 'base64'), chr(10), '')
      || '","startedAt":'
      || coalesce(to_char(relationship_4.started_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",4]}')
      || '}' AS f0
      FROM relationship AS relationship_4
      WHERE relationship_4.wiki_id = $1::INTEGER AND relationship_4.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_4.withdrawn_at = 'infinity'::timestamptz AND ((relationship_4.mentor_id = $5::BIGINT OR relationship_4.mentee_id = $5::BIGINT OR $3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_7
        WHERE account_7.wiki_id = $1::INTEGER AND account_7.id = relationship_4.mentee_id AND NOT account_7.is_hidden OFFSET 0)) AND ($3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_8
        WHERE account_8.wiki_id = $1::INTEGER AND account_8.id = relationship_4.mentor_id AND NOT account_8.is_hidden OFFSET 0)))
      ORDER BY relationship_4.started_at DESC, relationship_4.id DESC
      LIMIT 3) AS p
    HAVING true)
  || ',"events":'
  ||
    (SELECT '{"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM relationship_event AS relationship_event_1
      WHERE relationship_event_1.wiki_id = $1::INTEGER AND relationship_event_1.xid < CAST(CAST(CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) +
        (SELECT feed_clock_1.ahead
        FROM feed_clock AS feed_clock_1
        WHERE feed_clock_1.is_only) AS TEXT) AS xid8) AND relationship_event_1.at <= $2::TIMESTAMP WITH TIME ZONE AND NOT EXISTS
        (SELECT 1
        FROM relationship_event AS relationship_event_2
        WHERE relationship_event_2.wiki_id = $1::INTEGER AND relationship_event_2.withdraws_id = relationship_event_1.id OFFSET 0) AND ((relationship_event_1.mentor_id = $5::BIGINT OR relationship_event_1.mentee_id = $5::BIGINT OR $3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_9
        WHERE account_9.wiki_id = $1::INTEGER AND account_9.id = relationship_event_1.mentee_id AND NOT account_9.is_hidden OFFSET 0)) AND ($3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_10
        WHERE account_10.wiki_id = $1::INTEGER AND account_10.id = relationship_event_1.mentor_id AND NOT account_10.is_hidden OFFSET 0)))) AS TEXT)
    || ',"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0, p.k1), '')
    || ']}'
    FROM
      (SELECT relationship_event_3.xid AS k0, relationship_event_3.id AS k1, '{"id":"'
      || replace(encode(convert_to('RelationshipEvent:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(relationship_event_3.id AS TEXT) || '@' || CAST(CAST(date_part('epoch', $2::TIMESTAMP WITH TIME ZONE) * 1000 AS BIGINT) AS TEXT), 'UTF8'), 'base64'), chr(10), '')
      || '","at":'
      || coalesce(to_char(relationship_event_3.at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",4]}')
      || '}' AS f0
      FROM relationship_event AS relationship_event_3
      WHERE relationship_event_3.wiki_id = $1::INTEGER AND relationship_event_3.xid < CAST(CAST(CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) +
        (SELECT feed_clock_2.ahead
        FROM feed_clock AS feed_clock_2
        WHERE feed_clock_2.is_only) AS TEXT) AS xid8) AND relationship_event_3.at <= $2::TIMESTAMP WITH TIME ZONE AND NOT EXISTS
        (SELECT 1
        FROM relationship_event AS relationship_event_4
        WHERE relationship_event_4.wiki_id = $1::INTEGER AND relationship_event_4.withdraws_id = relationship_event_3.id OFFSET 0) AND ((relationship_event_3.mentor_id = $5::BIGINT OR relationship_event_3.mentee_id = $5::BIGINT OR $3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_11
        WHERE account_11.wiki_id = $1::INTEGER AND account_11.id = relationship_event_3.mentee_id AND NOT account_11.is_hidden OFFSET 0)) AND ($3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_12
        WHERE account_12.wiki_id = $1::INTEGER AND account_12.id = relationship_event_3.mentor_id AND NOT account_12.is_hidden OFFSET 0)))
      ORDER BY relationship_event_3.xid DESC, relationship_event_3.id DESC
      LIMIT 3) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
