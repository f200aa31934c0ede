SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"id":"'
  || encode(convert_to('Wiki:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(wiki_1.id AS TEXT), 'UTF8'), 'base64')
  || '","dbName":'
  || CAST(to_json(wiki_1.db_name) AS TEXT)
  || ',"url":'
  || CAST(to_json(wiki_1.url) AS TEXT)
  || ',"__typename":"Wiki"}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
