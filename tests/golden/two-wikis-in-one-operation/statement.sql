SELECT convert_to('{"first":' || coalesce(
  (SELECT '{"dbName":'
  || CAST(to_json(wiki_1.db_name) AS TEXT)
  || ',"mentors":{"totalCount":'
  || CAST(
    (SELECT count(*)
    FROM mentor AS mentor_1
    LEFT JOIN account AS account_1 ON account_1.wiki_id = $1::INTEGER AND account_1.id = mentor_1.id
    WHERE mentor_1.wiki_id = $1::INTEGER AND (NOT account_1.is_hidden OR $2::BOOLEAN)) AS TEXT)
  || '}}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || ',"third":' || coalesce(
  (SELECT '{"url":'
  || CAST(to_json(wiki_2.url) AS TEXT)
  || '}'
  FROM wiki AS wiki_2
  WHERE wiki_2.id = $1::INTEGER), 'null') || '}', 'UTF8');

SELECT convert_to('{"second":' || coalesce(
  (SELECT '{"dbName":'
  || CAST(to_json(wiki_1.db_name) AS TEXT)
  || ',"mentors":{"totalCount":'
  || CAST(
    (SELECT count(*)
    FROM mentor AS mentor_1
    LEFT JOIN account AS account_1 ON account_1.wiki_id = $1::INTEGER AND account_1.id = mentor_1.id
    WHERE mentor_1.wiki_id = $1::INTEGER AND (NOT account_1.is_hidden OR $2::BOOLEAN)) AS TEXT)
  || '}}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
