SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"up":'
  ||
    (SELECT '{"edges":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 3), '')
    || '],"pageInfo":{"hasNextPage":'
    || CAST(count(*) > 3 AS TEXT)
    || ',"hasPreviousPage":false,"endCursor":'
    || coalesce('"' || replace(encode(convert_to('["1fd07be56","' || CAST((array_agg(p.k0 ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST((array_agg(p.k1 ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
    || '}}'
    FROM
      (SELECT mentor_1.enrolled_at AS k0, mentor_1.id AS k1, row_number() OVER (ORDER BY mentor_1.enrolled_at, mentor_1.id) AS n, '{"cursor":"'
      || replace(encode(convert_to('["1fd07be56","' || CAST(mentor_1.enrolled_at AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST(mentor_1.id AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
      || '","node":{"userId":'
      || coalesce('"' || CAST(account_1.id AS TEXT) || '"', E'\x01{"!":["NULL",5]}')
      || ',"name":'
      || coalesce(CAST(to_json(coalesce(account_1.name, CASE WHEN $1::BOOLEAN THEN
        (SELECT suppressed_name_1.name
        FROM suppressed_name AS suppressed_name_1
        WHERE suppressed_name_1.wiki_id = $2::INTEGER AND suppressed_name_1.account_id = account_1.id
        ORDER BY suppressed_name_1.valid_to DESC
        LIMIT 1) END)) AS TEXT), 'null')
      || '}}' AS f0
      FROM mentor AS mentor_1
      LEFT JOIN account AS account_1 ON account_1.wiki_id = $2::INTEGER AND account_1.id = mentor_1.id
      WHERE mentor_1.wiki_id = $2::INTEGER AND (NOT account_1.is_hidden OR $1::BOOLEAN)
      ORDER BY mentor_1.enrolled_at, mentor_1.id
      LIMIT 4) AS p
    HAVING true)
  || ',"down":'
  ||
    (SELECT '{"edges":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3), '')
    || '],"pageInfo":{"hasNextPage":false,"hasPreviousPage":'
    || CAST(count(*) > 3 AS TEXT)
    || ',"endCursor":'
    || coalesce('"' || replace(encode(convert_to('["12005c4d5","' || CAST((array_agg(p.k0 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST((array_agg(p.k1 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
    || '}}'
    FROM
      (SELECT mentor_2.enrolled_at AS k0, mentor_2.id AS k1, row_number() OVER (ORDER BY mentor_2.enrolled_at, mentor_2.id) AS n, '{"cursor":"'
      || replace(encode(convert_to('["12005c4d5","' || CAST(mentor_2.enrolled_at AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST(mentor_2.id AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
      || '","node":{"userId":'
      || coalesce('"' || CAST(account_2.id AS TEXT) || '"', E'\x01{"!":["NULL",5]}')
      || ',"name":'
      || coalesce(CAST(to_json(coalesce(account_2.name, CASE WHEN $1::BOOLEAN THEN
        (SELECT suppressed_name_2.name
        FROM suppressed_name AS suppressed_name_2
        WHERE suppressed_name_2.wiki_id = $2::INTEGER AND suppressed_name_2.account_id = account_2.id
        ORDER BY suppressed_name_2.valid_to DESC
        LIMIT 1) END)) AS TEXT), 'null')
      || '}}' AS f0
      FROM mentor AS mentor_2
      LEFT JOIN account AS account_2 ON account_2.wiki_id = $2::INTEGER AND account_2.id = mentor_2.id
      WHERE mentor_2.wiki_id = $2::INTEGER AND (NOT account_2.is_hidden OR $1::BOOLEAN)
      ORDER BY mentor_2.enrolled_at, mentor_2.id
      LIMIT 4) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $2::INTEGER), 'null') || '}', 'UTF8');
