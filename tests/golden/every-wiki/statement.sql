SELECT '{"wikis":'
||
  (SELECT '{"edges":['
  || coalesce(string_agg(p.f0, ',' ORDER BY p.k0) FILTER (WHERE p.n <= $1::INTEGER), '')
  || '],"pageInfo":{"hasNextPage":'
  || CAST(count(*) > $1::INTEGER AS TEXT)
  || ',"endCursor":'
  || coalesce('"' || replace(encode(convert_to('["113872c8d",' || CAST(to_json((array_agg(p.k0 ORDER BY p.k0) FILTER (WHERE p.n <= $1::INTEGER))[least(count(*), $1::INTEGER)]) AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
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
      WHERE account_1.wiki_id = wiki_2.id AND account_1.is_mentee AND (NOT account_1.is_hidden OR $2::BOOLEAN)) AS TEXT)
    || '}}}' AS f0
    FROM wiki AS wiki_2
    ORDER BY wiki_2.db_name
    LIMIT $1::INTEGER + 1) AS p
  HAVING true)
|| '}';
