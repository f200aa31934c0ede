SELECT convert_to('{"wikis":{"totalCount":' || CAST(
  (SELECT count(*)
  FROM wiki AS wiki_1) AS TEXT) || '},"wiki":' || coalesce(
  (SELECT '{"dbName":'
  || CAST(to_json(wiki_2.db_name) AS TEXT)
  || ',"policy":'
  || coalesce(
    (SELECT '{"version":'
    || CAST(policy_1.version AS TEXT)
    || '}'
    FROM policy AS policy_1
    WHERE policy_1.wiki_id = $1::INTEGER AND policy_1.version =
      (SELECT policy_2.version
      FROM policy AS policy_2
      WHERE policy_2.wiki_id = $1::INTEGER AND policy_2.effective_from <= $2::TIMESTAMP WITH TIME ZONE
      ORDER BY policy_2.version DESC
      LIMIT 1)), E'\x01{"!":["NULL",1]}')
  || '}'
  FROM wiki AS wiki_2
  WHERE wiki_2.id = $1::INTEGER), 'null') || '}', 'UTF8');
