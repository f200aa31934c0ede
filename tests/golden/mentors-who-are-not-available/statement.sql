SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentors":'
  ||
    (SELECT '{"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0, p.k1, p.k2), '')
    || ']}'
    FROM
      (SELECT account_1.name IS NULL AS k0, coalesce(account_1.name, '') AS k1, mentor_1.id AS k2, '{"name":'
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
          WHERE block_1.wiki_id = $2::INTEGER AND (block_1.id = block_span_1.block_id AND (block_1.kind = 'GLOBAL_BLOCK' OR block_1.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN 'BLOCKED' WHEN (mentor_1.away_until > $3::TIMESTAMP WITH TIME ZONE) THEN 'AWAY' ELSE 'AVAILABLE' END || '"', E'\x01{"!":["NULL",4]}')
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
      || '}' AS f0
      FROM mentor AS mentor_1
      LEFT JOIN account AS account_1 ON account_1.wiki_id = $2::INTEGER AND account_1.id = mentor_1.id
      WHERE mentor_1.wiki_id = $2::INTEGER AND (CASE WHEN (mentor_1.resigned_at <= $3::TIMESTAMP WITH TIME ZONE) THEN 'RESIGNED' WHEN EXISTS
        (SELECT 1
        FROM block_span AS block_span_4
        WHERE block_span_4.wiki_id = $2::INTEGER AND (block_span_4.mentee_id = mentor_1.id AND block_span_4.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND block_span_4.valid_to > $3::TIMESTAMP WITH TIME ZONE AND (block_span_4.scope = 'SITEWIDE' OR EXISTS
          (SELECT 1
          FROM block AS block_4
          WHERE block_4.wiki_id = $2::INTEGER AND (block_4.id = block_span_4.block_id AND (block_4.kind = 'GLOBAL_BLOCK' OR block_4.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN 'BLOCKED' WHEN (mentor_1.away_until > $3::TIMESTAMP WITH TIME ZONE) THEN 'AWAY' ELSE 'AVAILABLE' END = ANY ($4::TEXT[])) AND (NOT account_1.is_hidden OR $1::BOOLEAN)
      ORDER BY account_1.name IS NULL, coalesce(account_1.name, ''), mentor_1.id
      LIMIT 20) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $2::INTEGER), 'null') || '}', 'UTF8');
