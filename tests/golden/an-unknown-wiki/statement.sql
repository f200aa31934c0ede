SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"dbName":'
  || CAST(to_json(wiki_1.db_name) AS TEXT)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || ',"__typename":"Query"}', 'UTF8');
