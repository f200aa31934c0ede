SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"up":'
  ||
    (SELECT '{"edges":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 3), '')
    || '],"pageInfo":{"hasNextPage":'
    || CAST(count(*) > 3 AS TEXT)
    || ',"hasPreviousPage":false,"endCursor":'
    || coalesce('"' || replace(encode(convert_to('["1e8653ad3",' || CAST((array_agg(p.k0 ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AS TEXT) || ',' || CAST((array_agg(p.k1 ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
    || '}}'
    FROM
      (SELECT CAST(
        (SELECT count(*)
        FROM relationship_span AS relationship_span_1
        WHERE relationship_span_1.wiki_id = $1::INTEGER AND (relationship_span_1.mentor_id = mentor_1.id AND relationship_span_1.role = 'PRIMARY' AND relationship_span_1.state = 'SUSPENDED' AND relationship_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE AND ($3::BOOLEAN OR relationship_span_1.mentee_id NOT IN
          (SELECT account_1.id
          FROM account AS account_1
          WHERE account_1.wiki_id = $1::INTEGER AND account_1.is_hidden)))) AS BIGINT) AS k0, mentor_1.id AS k1, row_number() OVER (ORDER BY CAST(
        (SELECT count(*)
        FROM relationship_span AS relationship_span_1
        WHERE relationship_span_1.wiki_id = $1::INTEGER AND (relationship_span_1.mentor_id = mentor_1.id AND relationship_span_1.role = 'PRIMARY' AND relationship_span_1.state = 'SUSPENDED' AND relationship_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE AND ($3::BOOLEAN OR relationship_span_1.mentee_id NOT IN
          (SELECT account_1.id
          FROM account AS account_1
          WHERE account_1.wiki_id = $1::INTEGER AND account_1.is_hidden)))) AS BIGINT), mentor_1.id) AS n, '{"cursor":"'
      || replace(encode(convert_to('["1e8653ad3",' || CAST(CAST(
        (SELECT count(*)
        FROM relationship_span AS relationship_span_1
        WHERE relationship_span_1.wiki_id = $1::INTEGER AND (relationship_span_1.mentor_id = mentor_1.id AND relationship_span_1.role = 'PRIMARY' AND relationship_span_1.state = 'SUSPENDED' AND relationship_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE AND ($3::BOOLEAN OR relationship_span_1.mentee_id NOT IN
          (SELECT account_1.id
          FROM account AS account_1
          WHERE account_1.wiki_id = $1::INTEGER AND account_1.is_hidden)))) AS BIGINT) AS TEXT) || ',' || CAST(mentor_1.id AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
      || '","node":{"userId":'
      || coalesce('"' || CAST(account_2.id AS TEXT) || '"', E'\x01{"!":["NULL",5]}')
      || ',"name":'
      || coalesce(CAST(to_json(coalesce(account_2.name, CASE WHEN $3::BOOLEAN THEN
        (SELECT suppressed_name_1.name
        FROM suppressed_name AS suppressed_name_1
        WHERE suppressed_name_1.wiki_id = $1::INTEGER AND suppressed_name_1.account_id = account_2.id
        ORDER BY suppressed_name_1.valid_to DESC
        LIMIT 1) END)) AS TEXT), 'null')
      || '}}' AS f0
      FROM mentor AS mentor_1
      LEFT JOIN account AS account_2 ON account_2.wiki_id = $1::INTEGER AND account_2.id = mentor_1.id
      WHERE mentor_1.wiki_id = $1::INTEGER AND (NOT account_2.is_hidden OR $3::BOOLEAN)
      ORDER BY CAST(
        (SELECT count(*)
        FROM relationship_span AS relationship_span_1
        WHERE relationship_span_1.wiki_id = $1::INTEGER AND (relationship_span_1.mentor_id = mentor_1.id AND relationship_span_1.role = 'PRIMARY' AND relationship_span_1.state = 'SUSPENDED' AND relationship_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE AND ($3::BOOLEAN OR relationship_span_1.mentee_id NOT IN
          (SELECT account_1.id
          FROM account AS account_1
          WHERE account_1.wiki_id = $1::INTEGER AND account_1.is_hidden)))) AS BIGINT), mentor_1.id
      LIMIT 4) AS p
    HAVING true)
  || ',"down":'
  ||
    (SELECT '{"edges":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3), '')
    || '],"pageInfo":{"hasNextPage":false,"hasPreviousPage":'
    || CAST(count(*) > 3 AS TEXT)
    || ',"endCursor":'
    || coalesce('"' || replace(encode(convert_to('["18c24fa80",' || CAST((array_agg(p.k0 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AS TEXT) || ',' || CAST((array_agg(p.k1 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
    || '}}'
    FROM
      (SELECT CAST(
        (SELECT count(*)
        FROM relationship_span AS relationship_span_2
        WHERE relationship_span_2.wiki_id = $1::INTEGER AND (relationship_span_2.mentor_id = mentor_2.id AND relationship_span_2.role = 'PRIMARY' AND relationship_span_2.state = 'SUSPENDED' AND relationship_span_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_2.valid_to > $2::TIMESTAMP WITH TIME ZONE AND ($3::BOOLEAN OR relationship_span_2.mentee_id NOT IN
          (SELECT account_3.id
          FROM account AS account_3
          WHERE account_3.wiki_id = $1::INTEGER AND account_3.is_hidden)))) AS BIGINT) AS k0, mentor_2.id AS k1, row_number() OVER (ORDER BY CAST(
        (SELECT count(*)
        FROM relationship_span AS relationship_span_2
        WHERE relationship_span_2.wiki_id = $1::INTEGER AND (relationship_span_2.mentor_id = mentor_2.id AND relationship_span_2.role = 'PRIMARY' AND relationship_span_2.state = 'SUSPENDED' AND relationship_span_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_2.valid_to > $2::TIMESTAMP WITH TIME ZONE AND ($3::BOOLEAN OR relationship_span_2.mentee_id NOT IN
          (SELECT account_3.id
          FROM account AS account_3
          WHERE account_3.wiki_id = $1::INTEGER AND account_3.is_hidden)))) AS BIGINT), mentor_2.id) AS n, '{"cursor":"'
      || replace(encode(convert_to('["18c24fa80",' || CAST(CAST(
        (SELECT count(*)
        FROM relationship_span AS relationship_span_2
        WHERE relationship_span_2.wiki_id = $1::INTEGER AND (relationship_span_2.mentor_id = mentor_2.id AND relationship_span_2.role = 'PRIMARY' AND relationship_span_2.state = 'SUSPENDED' AND relationship_span_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_2.valid_to > $2::TIMESTAMP WITH TIME ZONE AND ($3::BOOLEAN OR relationship_span_2.mentee_id NOT IN
          (SELECT account_3.id
          FROM account AS account_3
          WHERE account_3.wiki_id = $1::INTEGER AND account_3.is_hidden)))) AS BIGINT) AS TEXT) || ',' || CAST(mentor_2.id AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
      || '","node":{"userId":'
      || coalesce('"' || CAST(account_4.id AS TEXT) || '"', E'\x01{"!":["NULL",5]}')
      || ',"name":'
      || coalesce(CAST(to_json(coalesce(account_4.name, CASE WHEN $3::BOOLEAN THEN
        (SELECT suppressed_name_2.name
        FROM suppressed_name AS suppressed_name_2
        WHERE suppressed_name_2.wiki_id = $1::INTEGER AND suppressed_name_2.account_id = account_4.id
        ORDER BY suppressed_name_2.valid_to DESC
        LIMIT 1) END)) AS TEXT), 'null')
      || '}}' AS f0
      FROM mentor AS mentor_2
      LEFT JOIN account AS account_4 ON account_4.wiki_id = $1::INTEGER AND account_4.id = mentor_2.id
      WHERE mentor_2.wiki_id = $1::INTEGER AND (NOT account_4.is_hidden OR $3::BOOLEAN)
      ORDER BY CAST(
        (SELECT count(*)
        FROM relationship_span AS relationship_span_2
        WHERE relationship_span_2.wiki_id = $1::INTEGER AND (relationship_span_2.mentor_id = mentor_2.id AND relationship_span_2.role = 'PRIMARY' AND relationship_span_2.state = 'SUSPENDED' AND relationship_span_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_2.valid_to > $2::TIMESTAMP WITH TIME ZONE AND ($3::BOOLEAN OR relationship_span_2.mentee_id NOT IN
          (SELECT account_3.id
          FROM account AS account_3
          WHERE account_3.wiki_id = $1::INTEGER AND account_3.is_hidden)))) AS BIGINT), mentor_2.id
      LIMIT 4) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
