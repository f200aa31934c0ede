SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentors":'
  ||
    (SELECT '{"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0, p.k1, p.k2) FILTER (WHERE p.n <= 4), '')
    || '],"pageInfo":{"hasNextPage":'
    || CAST(count(*) > 4 AS TEXT)
    || ',"hasPreviousPage":false,"startCursor":'
    || coalesce('"' || replace(encode(convert_to('["1a00f09db",' || CAST((array_agg(p.k0 ORDER BY p.k0, p.k1, p.k2) FILTER (WHERE p.n <= 4))[1] AS TEXT) || ',' || CAST(to_json((array_agg(p.k1 ORDER BY p.k0, p.k1, p.k2) FILTER (WHERE p.n <= 4))[1]) AS TEXT) || ',' || CAST((array_agg(p.k2 ORDER BY p.k0, p.k1, p.k2) FILTER (WHERE p.n <= 4))[1] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
    || ',"endCursor":'
    || coalesce('"' || replace(encode(convert_to('["1a00f09db",' || CAST((array_agg(p.k0 ORDER BY p.k0, p.k1, p.k2) FILTER (WHERE p.n <= 4))[least(count(*), 4)] AS TEXT) || ',' || CAST(to_json((array_agg(p.k1 ORDER BY p.k0, p.k1, p.k2) FILTER (WHERE p.n <= 4))[least(count(*), 4)]) AS TEXT) || ',' || CAST((array_agg(p.k2 ORDER BY p.k0, p.k1, p.k2) FILTER (WHERE p.n <= 4))[least(count(*), 4)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
    || '}}'
    FROM
      (SELECT account_1.name IS NULL AS k0, coalesce(account_1.name, '') AS k1, mentor_1.id AS k2, row_number() OVER (ORDER BY account_1.name IS NULL, coalesce(account_1.name, ''), mentor_1.id) AS n, '{"userId":'
      || coalesce('"' || CAST(account_1.id AS TEXT) || '"', E'\x01{"!":["NULL",4]}')
      || ',"name":'
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
      || '}' AS f0
      FROM mentor AS mentor_1
      LEFT JOIN account AS account_1 ON account_1.wiki_id = $2::INTEGER AND account_1.id = mentor_1.id
      WHERE mentor_1.wiki_id = $2::INTEGER AND (NOT account_1.is_hidden OR $1::BOOLEAN)
      ORDER BY account_1.name IS NULL, coalesce(account_1.name, ''), mentor_1.id
      LIMIT 5) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $2::INTEGER), 'null') || '}', 'UTF8');
