SELECT convert_to('{"nodes":' ||
  (SELECT '['
  || coalesce(string_agg(coalesce(CASE WHEN (anon_1.type = 'Mentee' AND anon_1.at IS NULL) THEN
    (SELECT '{"id":"'
    || encode(convert_to('Mentee:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(account_1.id AS TEXT), 'UTF8'), 'base64')
    || '","state":'
    || coalesce('"' || coalesce(
      (SELECT CASE WHEN ($2::BOOLEAN OR mentee_span_1.mentee_id = $3::BIGINT) THEN mentee_span_1.state ELSE mentee_span_1.told_state END
      FROM mentee_span AS mentee_span_1
      WHERE mentee_span_1.wiki_id = $1::INTEGER AND mentee_span_1.mentee_id = account_1.id AND mentee_span_1.valid_from <= $4::TIMESTAMP WITH TIME ZONE AND mentee_span_1.valid_to > $4::TIMESTAMP WITH TIME ZONE), 'UNASSIGNED') || '"', E'\x01{"!":["NULL",1]}')
    || '}'
    FROM account AS account_1
    WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = anon_1.key AND (NOT account_1.is_hidden OR $5::BOOLEAN OR account_1.id = $3::BIGINT OR EXISTS
      (SELECT 1
      FROM relationship AS relationship_1
      WHERE relationship_1.wiki_id = $1::INTEGER AND relationship_1.mentee_id = account_1.id AND relationship_1.mentor_id = $3::BIGINT AND relationship_1.started_at <= $4::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz OFFSET 0))) WHEN (anon_1.type = 'Mentee' AND anon_1.at IS NOT NULL) THEN
    (SELECT '{"id":"'
    || replace(encode(convert_to('Mentee:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(account_2.id AS TEXT) || '@' || CAST(CAST(date_part('epoch', anon_1.at) * 1000 AS BIGINT) AS TEXT), 'UTF8'), 'base64'), chr(10), '')
    || '","state":'
    || coalesce('"' || coalesce(
      (SELECT CASE WHEN ($2::BOOLEAN OR mentee_span_2.mentee_id = $3::BIGINT) THEN mentee_span_2.state ELSE mentee_span_2.told_state END
      FROM mentee_span AS mentee_span_2
      WHERE mentee_span_2.wiki_id = $1::INTEGER AND mentee_span_2.mentee_id = account_2.id AND mentee_span_2.valid_from <= anon_1.at AND mentee_span_2.valid_to > anon_1.at), 'UNASSIGNED') || '"', E'\x01{"!":["NULL",1]}')
    || '}'
    FROM account AS account_2
    WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = anon_1.key AND account_2.registered_key <= anon_1.at AND (NOT account_2.is_hidden OR $5::BOOLEAN OR account_2.id = $3::BIGINT OR EXISTS
      (SELECT 1
      FROM relationship AS relationship_2
      WHERE relationship_2.wiki_id = $1::INTEGER AND relationship_2.mentee_id = account_2.id AND relationship_2.mentor_id = $3::BIGINT AND relationship_2.started_at <= anon_1.at AND relationship_2.withdrawn_at = 'infinity'::timestamptz OFFSET 0))) WHEN (anon_1.type = 'Mentor' AND anon_1.at IS NULL) THEN
    (SELECT '{"id":"'
    || encode(convert_to('Mentor:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(mentor_1.id AS TEXT), 'UTF8'), 'base64')
    || '","status":'
    || coalesce('"' || CASE WHEN (mentor_1.resigned_at <= $4::TIMESTAMP WITH TIME ZONE) THEN 'RESIGNED' WHEN EXISTS
      (SELECT 1
      FROM block_span AS block_span_1
      WHERE block_span_1.wiki_id = $1::INTEGER AND (block_span_1.mentee_id = mentor_1.id AND block_span_1.valid_from <= $4::TIMESTAMP WITH TIME ZONE AND block_span_1.valid_to > $4::TIMESTAMP WITH TIME ZONE AND (block_span_1.scope = 'SITEWIDE' OR EXISTS
        (SELECT 1
        FROM block AS block_1
        WHERE block_1.wiki_id = $1::INTEGER AND (block_1.id = block_span_1.block_id AND (block_1.kind = 'GLOBAL_BLOCK' OR block_1.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN 'BLOCKED' WHEN (mentor_1.away_until > $4::TIMESTAMP WITH TIME ZONE) THEN 'AWAY' ELSE 'AVAILABLE' END || '"', E'\x01{"!":["NULL",1]}')
    || '}'
    FROM mentor AS mentor_1
    LEFT JOIN account AS account_3 ON account_3.wiki_id = $1::INTEGER AND account_3.id = mentor_1.id
    WHERE mentor_1.wiki_id = $1::INTEGER AND mentor_1.id = anon_1.key AND (NOT account_3.is_hidden OR $5::BOOLEAN)) WHEN (anon_1.type = 'Mentor' AND anon_1.at IS NOT NULL) THEN
    (SELECT '{"id":"'
    || replace(encode(convert_to('Mentor:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(mentor_2.id AS TEXT) || '@' || CAST(CAST(date_part('epoch', anon_1.at) * 1000 AS BIGINT) AS TEXT), 'UTF8'), 'base64'), chr(10), '')
    || '","status":'
    || coalesce('"' || CASE WHEN (NOT EXISTS
      (SELECT 1
      FROM mentor_term AS mentor_term_1
      WHERE mentor_term_1.wiki_id = $1::INTEGER AND mentor_term_1.mentor_id = mentor_2.id AND mentor_term_1.valid_from <= anon_1.at AND mentor_term_1.valid_to > anon_1.at OFFSET 0)) THEN 'RESIGNED' WHEN EXISTS
      (SELECT 1
      FROM block_span AS block_span_2
      WHERE block_span_2.wiki_id = $1::INTEGER AND (block_span_2.mentee_id = mentor_2.id AND block_span_2.valid_from <= anon_1.at AND block_span_2.valid_to > anon_1.at AND (block_span_2.scope = 'SITEWIDE' OR EXISTS
        (SELECT 1
        FROM block AS block_2
        WHERE block_2.wiki_id = $1::INTEGER AND (block_2.id = block_span_2.block_id AND (block_2.kind = 'GLOBAL_BLOCK' OR block_2.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN 'BLOCKED' WHEN (mentor_2.away_until > anon_1.at AND mentor_2.away_since <= anon_1.at) THEN 'AWAY' ELSE 'AVAILABLE' END || '"', E'\x01{"!":["NULL",1]}')
    || '}'
    FROM mentor AS mentor_2
    LEFT JOIN account AS account_4 ON account_4.wiki_id = $1::INTEGER AND account_4.id = mentor_2.id
    WHERE mentor_2.wiki_id = $1::INTEGER AND mentor_2.id = anon_1.key AND EXISTS
      (SELECT 1
      FROM mentor_term AS mentor_term_2
      WHERE mentor_term_2.wiki_id = $1::INTEGER AND mentor_term_2.mentor_id = mentor_2.id AND mentor_term_2.valid_from <= anon_1.at OFFSET 0) AND (NOT account_4.is_hidden OR $5::BOOLEAN)) END, 'null'), ',' ORDER BY anon_1.n), '')
  || ']'
  FROM unnest($6::TEXT[], $7::BIGINT[], $8::TIMESTAMP WITH TIME ZONE[]) WITH ORDINALITY AS anon_1(type, key, at, n)) || '}', 'UTF8');
