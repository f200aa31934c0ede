SELECT convert_to('{"wikis":' ||
  (SELECT '{"edges":['
  || coalesce(string_agg(p.f0, ',' ORDER BY p.k0) FILTER (WHERE p.n <= 2), '')
  || '],"pageInfo":{"hasNextPage":'
  || CAST(count(*) > 2 AS TEXT)
  || ',"endCursor":'
  || coalesce('"' || replace(encode(convert_to('["113872c8d",' || CAST(to_json((array_agg(p.k0 ORDER BY p.k0) FILTER (WHERE p.n <= 2))[least(count(*), 2)]) AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
  || '},"totalCount":'
  || CAST(
    (SELECT count(*)
    FROM wiki AS wiki_1) AS TEXT)
  || '}'
  FROM
    (SELECT wiki_2.db_name AS k0, row_number() OVER (ORDER BY wiki_2.db_name) AS n, '{"cursor":"'
    || replace(encode(convert_to('["113872c8d",' || CAST(to_json(wiki_2.db_name) AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
    || '","node":{"dbName":'
    || CAST(to_json(wiki_2.db_name) AS TEXT)
    || ',"mentees":{"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM account AS account_1
      WHERE account_1.wiki_id = wiki_2.id AND account_1.is_mentee AND (NOT account_1.is_hidden OR $1::BOOLEAN)) AS TEXT)
    || '}}}' AS f0
    FROM wiki AS wiki_2
    ORDER BY wiki_2.db_name
    LIMIT 3) AS p
  HAVING true) || '}', 'UTF8');
