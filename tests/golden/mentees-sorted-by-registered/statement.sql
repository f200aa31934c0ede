SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"up":'
  ||
    (SELECT '{"edges":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 3), '')
    || '],"pageInfo":{"hasNextPage":'
    || CAST(count(*) > 3 AS TEXT)
    || ',"hasPreviousPage":false,"endCursor":'
    || coalesce('"' || replace(encode(convert_to('["1499fa828","' || CAST((array_agg(p.k0 ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST((array_agg(p.k1 ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
    || '}}'
    FROM
      (SELECT account_1.registered_key AS k0, account_1.id AS k1, row_number() OVER (ORDER BY account_1.registered_key, account_1.id) AS n, '{"cursor":"'
      || replace(encode(convert_to('["1499fa828","' || CAST(account_1.registered_key AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST(account_1.id AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
      || '","node":{"userId":"'
      || CAST(account_1.id AS TEXT)
      || '","name":'
      || coalesce(CAST(to_json(coalesce(account_1.name, CASE WHEN $1::BOOLEAN THEN
        (SELECT suppressed_name_1.name
        FROM suppressed_name AS suppressed_name_1
        WHERE suppressed_name_1.wiki_id = $2::INTEGER AND suppressed_name_1.account_id = account_1.id
        ORDER BY suppressed_name_1.valid_to DESC
        LIMIT 1) END)) AS TEXT), 'null')
      || '}}' AS f0
      FROM account AS account_1
      WHERE account_1.wiki_id = $2::INTEGER AND account_1.is_mentee AND (NOT account_1.is_hidden OR $1::BOOLEAN)
      ORDER BY account_1.registered_key, account_1.id
      LIMIT 4) AS p
    HAVING true)
  || ',"down":'
  ||
    (SELECT '{"edges":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3), '')
    || '],"pageInfo":{"hasNextPage":false,"hasPreviousPage":'
    || CAST(count(*) > 3 AS TEXT)
    || ',"endCursor":'
    || coalesce('"' || replace(encode(convert_to('["1656d9164","' || CAST((array_agg(p.k0 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST((array_agg(p.k1 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
    || '}}'
    FROM
      (SELECT account_2.registered_key AS k0, account_2.id AS k1, row_number() OVER (ORDER BY account_2.registered_key, account_2.id) AS n, '{"cursor":"'
      || replace(encode(convert_to('["1656d9164","' || CAST(account_2.registered_key AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST(account_2.id AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
      || '","node":{"userId":"'
      || CAST(account_2.id AS TEXT)
      || '","name":'
      || coalesce(CAST(to_json(coalesce(account_2.name, CASE WHEN $1::BOOLEAN THEN
        (SELECT suppressed_name_2.name
        FROM suppressed_name AS suppressed_name_2
        WHERE suppressed_name_2.wiki_id = $2::INTEGER AND suppressed_name_2.account_id = account_2.id
        ORDER BY suppressed_name_2.valid_to DESC
        LIMIT 1) END)) AS TEXT), 'null')
      || '}}' AS f0
      FROM account AS account_2
      WHERE account_2.wiki_id = $2::INTEGER AND account_2.is_mentee AND (NOT account_2.is_hidden OR $1::BOOLEAN)
      ORDER BY account_2.registered_key, account_2.id
      LIMIT 4) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $2::INTEGER), 'null') || '}', 'UTF8');
