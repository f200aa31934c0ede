SELECT convert_to('{"nodes":' ||
  (SELECT '['
  || coalesce(string_agg(coalesce(CASE WHEN (anon_1.type = 'Mentee') THEN
    (SELECT '{"id":"'
    || encode(convert_to('Mentee:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(account_1.id AS TEXT), 'UTF8'), 'base64')
    || '","name":'
    || coalesce(CAST(to_json(coalesce(account_1.name, CASE WHEN $2::BOOLEAN THEN
      (SELECT suppressed_name_1.name
      FROM suppressed_name AS suppressed_name_1
      WHERE suppressed_name_1.wiki_id = $1::INTEGER AND suppressed_name_1.account_id = account_1.id
      ORDER BY suppressed_name_1.valid_to DESC
      LIMIT 1) END)) AS TEXT), 'null')
    || ',"wiki":'
    || coalesce(
      (SELECT '{"dbName":'
      || CAST(to_json(wiki_1.db_name) AS TEXT)
      || '}'
      FROM wiki AS wiki_1
      WHERE wiki_1.id = $1::INTEGER), E'\x01{"!":["NULL",1]}')
    || '}'
    FROM account AS account_1
    WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = anon_1.key AND (NOT account_1.is_hidden OR $2::BOOLEAN OR account_1.id = $3::BIGINT OR EXISTS
      (SELECT 1
      FROM relationship AS relationship_1
      WHERE relationship_1.wiki_id = $1::INTEGER AND relationship_1.mentee_id = account_1.id AND relationship_1.mentor_id = $3::BIGINT AND relationship_1.started_at <= $4::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz OFFSET 0))) WHEN (anon_1.type = 'Wiki') THEN
    (SELECT '{"id":"'
    || encode(convert_to('Wiki:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(wiki_2.id AS TEXT), 'UTF8'), 'base64')
    || '"}'
    FROM wiki AS wiki_2
    WHERE wiki_2.id = anon_1.key) END, 'null'), ',' ORDER BY anon_1.n), '')
  || ']'
  FROM unnest($5::TEXT[], $6::BIGINT[]) WITH ORDINALITY AS anon_1(type, key, n)) || '}', 'UTF8');
