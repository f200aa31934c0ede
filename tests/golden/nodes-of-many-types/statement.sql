SELECT convert_to('{"nodes":' ||
  (SELECT '['
  || coalesce(string_agg(coalesce(CASE WHEN (anon_1.type = 'Mentee') THEN
    (SELECT '{"__typename":"Mentee","id":"'
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
      WHERE relationship_1.wiki_id = $1::INTEGER AND relationship_1.mentee_id = account_1.id AND relationship_1.mentor_id = $3::BIGINT AND relationship_1.started_at <= $4::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz OFFSET 0))) WHEN (anon_1.type = 'Mentor') THEN
    (SELECT '{"__typename":"Mentor","id":"'
    || encode(convert_to('Mentor:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(mentor_1.id AS TEXT), 'UTF8'), 'base64')
    || '","name":'
    || coalesce(CAST(to_json(coalesce(account_2.name, CASE WHEN $2::BOOLEAN THEN
      (SELECT suppressed_name_2.name
      FROM suppressed_name AS suppressed_name_2
      WHERE suppressed_name_2.wiki_id = $1::INTEGER AND suppressed_name_2.account_id = account_2.id
      ORDER BY suppressed_name_2.valid_to DESC
      LIMIT 1) END)) AS TEXT), 'null')
    || ',"wiki":'
    || coalesce(
      (SELECT '{"dbName":'
      || CAST(to_json(wiki_2.db_name) AS TEXT)
      || '}'
      FROM wiki AS wiki_2
      WHERE wiki_2.id = $1::INTEGER), E'\x01{"!":["NULL",1]}')
    || '}'
    FROM mentor AS mentor_1
    LEFT JOIN account AS account_2 ON account_2.wiki_id = $1::INTEGER AND account_2.id = mentor_1.id
    WHERE mentor_1.wiki_id = $1::INTEGER AND mentor_1.id = anon_1.key AND (NOT account_2.is_hidden OR $2::BOOLEAN)) WHEN (anon_1.type = 'Policy') THEN
    (SELECT '{"__typename":"Policy","id":"'
    || encode(convert_to('Policy:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(policy_1.version AS TEXT), 'UTF8'), 'base64')
    || '","version":'
    || CAST(policy_1.version AS TEXT)
    || '}'
    FROM policy AS policy_1
    WHERE policy_1.wiki_id = $1::INTEGER AND policy_1.version = anon_1.key) WHEN (anon_1.type = 'Relationship') THEN
    (SELECT '{"__typename":"Relationship","id":"'
    || encode(convert_to('Relationship:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(relationship_2.id AS TEXT), 'UTF8'), 'base64')
    || '","role":"'
    || relationship_2.role
    || '","state":'
    || coalesce('"' || coalesce(relationship_span_1.state, 'ENDED') || '"', E'\x01{"!":["NULL",1]}')
    || '}'
    FROM relationship AS relationship_2
    LEFT JOIN relationship_span AS relationship_span_1 ON relationship_span_1.wiki_id = $1::INTEGER AND relationship_span_1.relationship_id = relationship_2.id AND relationship_span_1.valid_from <= $4::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $4::TIMESTAMP WITH TIME ZONE
    WHERE relationship_2.wiki_id = $1::INTEGER AND (relationship_2.id = anon_1.key AND (relationship_2.started_at <= $4::TIMESTAMP WITH TIME ZONE OR relationship_2.withdrawn_at < 'infinity'::timestamptz OR EXISTS
      (SELECT 1
      FROM relationship_event AS relationship_event_1
      WHERE relationship_event_1.wiki_id = $1::INTEGER AND relationship_event_1.relationship_id = relationship_2.id OFFSET 0))) AND ((relationship_2.mentor_id = $3::BIGINT OR relationship_2.mentee_id = $3::BIGINT OR $2::BOOLEAN OR EXISTS
      (SELECT 1
      FROM account AS account_3
      WHERE account_3.wiki_id = $1::INTEGER AND account_3.id = relationship_2.mentee_id AND NOT account_3.is_hidden OFFSET 0)) AND ($2::BOOLEAN OR EXISTS
      (SELECT 1
      FROM account AS account_4
      WHERE account_4.wiki_id = $1::INTEGER AND account_4.id = relationship_2.mentor_id AND NOT account_4.is_hidden OFFSET 0)))) END, 'null'), ',' ORDER BY anon_1.n), '')
  || ']'
  FROM unnest($5::TEXT[], $6::BIGINT[]) WITH ORDINALITY AS anon_1(type, key, n)) || '}', 'UTF8');
