SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"policies":'
  ||
    (SELECT '{"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC) FILTER (WHERE p.n <= 2), '')
    || '],"pageInfo":{"hasPreviousPage":'
    || CAST(count(*) > 2 AS TEXT)
    || ',"hasNextPage":false}}'
    FROM
      (SELECT policy_1.version AS k0, row_number() OVER (ORDER BY policy_1.version) AS n, '{"id":"'
      || encode(convert_to('Policy:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(policy_1.version AS TEXT), 'UTF8'), 'base64')
      || '","version":'
      || CAST(policy_1.version AS TEXT)
      || ',"effectiveFrom":'
      || coalesce(to_char(CASE WHEN (policy_1.effective_from = '-infinity'::timestamptz) THEN '0001-01-01 00:00:00+00'::timestamptz ELSE policy_1.effective_from END AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",4]}')
      || ',"settings":{"name":'
      || coalesce(CAST(to_json(policy_1.settings ->> 'name') AS TEXT), E'\x01{"!":["NULL",5]}')
      || ',"holds":'
      ||
        (SELECT '['
        || coalesce(string_agg('{"category":' || coalesce('"' || CAST(anon_1.key AS TEXT) || '"', E'\x01{"!":["NULL",7]}') || ',"hold":' || coalesce('"' || (anon_1.value #>> '{}') || '"', 'null') || '}', ',' ORDER BY anon_1.key), '')
        || ']'
        FROM jsonb_each(policy_1.settings['holds']) AS anon_1(key, value))
      || ',"categoryRules":'
      ||
        (SELECT '['
        || coalesce(string_agg('{"category":' || coalesce('"' || (anon_2.value ->> 'category') || '"', E'\x01{"!":["NULL",7]}') || '}', ',' ORDER BY anon_2.key), '')
        || ']'
        FROM jsonb_array_elements(policy_1.settings['category_rules']) WITH ORDINALITY AS anon_2(value, key))
      || '}}' AS f0
      FROM policy AS policy_1
      WHERE policy_1.wiki_id = $1::INTEGER
      ORDER BY policy_1.version
      LIMIT 3) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
