SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentor":'
  || coalesce(
    (SELECT '{"up":'
    ||
      (SELECT '{"edges":['
      || coalesce(string_agg(p.f0, ',' ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 2), '')
      || '],"pageInfo":{"hasNextPage":'
      || CAST(count(*) > 2 AS TEXT)
      || ',"hasPreviousPage":false,"endCursor":'
      || coalesce('"' || replace(encode(convert_to('["165cf3fd7",' || CAST((array_agg(p.k0 ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 2))[least(count(*), 2)] AS TEXT) || ',' || CAST((array_agg(p.k1 ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 2))[least(count(*), 2)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
      || '}}'
      FROM
        (SELECT coalesce(CASE WHEN (NOT account_1.is_hidden OR $1::BOOLEAN OR account_1.id = $2::BIGINT) THEN account_1.reverted_edit_count END, -1) AS k0, relationship_span_1.relationship_id AS k1, row_number() OVER (ORDER BY coalesce(CASE WHEN (NOT account_1.is_hidden OR $1::BOOLEAN OR account_1.id = $2::BIGINT) THEN account_1.reverted_edit_count END, -1), relationship_span_1.relationship_id) AS n, '{"cursor":"'
        || replace(encode(convert_to('["165cf3fd7",' || CAST(coalesce(CASE WHEN (NOT account_1.is_hidden OR $1::BOOLEAN OR account_1.id = $2::BIGINT) THEN account_1.reverted_edit_count END, -1) AS TEXT) || ',' || CAST(relationship_span_1.relationship_id AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
        || '","node":{"userId":"'
        || CAST(account_1.id AS TEXT)
        || '","name":'
        || coalesce(CAST(to_json(coalesce(account_1.name, CASE WHEN $1::BOOLEAN THEN
          (SELECT suppressed_name_1.name
          FROM suppressed_name AS suppressed_name_1
          WHERE suppressed_name_1.wiki_id = $3::INTEGER AND suppressed_name_1.account_id = account_1.id
          ORDER BY suppressed_name_1.valid_to DESC
          LIMIT 1) END)) AS TEXT), 'null')
        || '}}' AS f0
        FROM account AS account_1
        LEFT JOIN relationship_span AS relationship_span_1 ON relationship_span_1.wiki_id = $3::INTEGER AND relationship_span_1.mentee_id = account_1.id AND relationship_span_1.role = 'PRIMARY' AND relationship_span_1.valid_from <= $4::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $4::TIMESTAMP WITH TIME ZONE
        WHERE account_1.wiki_id = $3::INTEGER AND relationship_span_1.mentor_id = mentor_1.id AND (NOT account_1.is_hidden OR $1::BOOLEAN OR relationship_span_1.mentor_id = $2::BIGINT OR account_1.id = $2::BIGINT)
        ORDER BY coalesce(CASE WHEN (NOT account_1.is_hidden OR $1::BOOLEAN OR account_1.id = $2::BIGINT) THEN account_1.reverted_edit_count END, -1), relationship_span_1.relationship_id
        LIMIT 3) AS p
      HAVING true)
    || ',"down":'
    ||
      (SELECT '{"edges":['
      || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 2), '')
      || '],"pageInfo":{"hasNextPage":false,"hasPreviousPage":'
      || CAST(count(*) > 2 AS TEXT)
      || ',"endCursor":'
      || coalesce('"' || replace(encode(convert_to('["130fb3723",' || CAST((array_agg(p.k0 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 2))[least(count(*), 2)] AS TEXT) || ',' || CAST((array_agg(p.k1 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 2))[least(count(*), 2)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
      || '}}'
      FROM
        (SELECT coalesce(CASE WHEN (NOT account_2.is_hidden OR $1::BOOLEAN OR account_2.id = $2::BIGINT) THEN account_2.reverted_edit_count END, -1) AS k0, relationship_span_2.relationship_id AS k1, row_number() OVER (ORDER BY coalesce(CASE WHEN (NOT account_2.is_hidden OR $1::BOOLEAN OR account_2.id = $2::BIGINT) THEN account_2.reverted_edit_count END, -1), relationship_span_2.relationship_id) AS n, '{"cursor":"'
        || replace(encode(convert_to('["130fb3723",' || CAST(coalesce(CASE WHEN (NOT account_2.is_hidden OR $1::BOOLEAN OR account_2.id = $2::BIGINT) THEN account_2.reverted_edit_count END, -1) AS TEXT) || ',' || CAST(relationship_span_2.relationship_id AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
        || '","node":{"userId":"'
        || CAST(account_2.id AS TEXT)
        || '","name":'
        || coalesce(CAST(to_json(coalesce(account_2.name, CASE WHEN $1::BOOLEAN THEN
          (SELECT suppressed_name_2.name
          FROM suppressed_name AS suppressed_name_2
          WHERE suppressed_name_2.wiki_id = $3::INTEGER AND suppressed_name_2.account_id = account_2.id
          ORDER BY suppressed_name_2.valid_to DESC
          LIMIT 1) END)) AS TEXT), 'null')
        || '}}' AS f0
        FROM account AS account_2
        LEFT JOIN relationship_span AS relationship_span_2 ON relationship_span_2.wiki_id = $3::INTEGER AND relationship_span_2.mentee_id = account_2.id AND relationship_span_2.role = 'PRIMARY' AND relationship_span_2.valid_from <= $4::TIMESTAMP WITH TIME ZONE AND relationship_span_2.valid_to > $4::TIMESTAMP WITH TIME ZONE
        WHERE account_2.wiki_id = $3::INTEGER AND relationship_span_2.mentor_id = mentor_1.id AND (NOT account_2.is_hidden OR $1::BOOLEAN OR relationship_span_2.mentor_id = $2::BIGINT OR account_2.id = $2::BIGINT)
        ORDER BY coalesce(CASE WHEN (NOT account_2.is_hidden OR $1::BOOLEAN OR account_2.id = $2::BIGINT) THEN account_2.reverted_edit_count END, -1), relationship_span_2.relationship_id
        LIMIT 3) AS p
      HAVING true)
    || '}'
    FROM mentor AS mentor_1
    LEFT JOIN account AS account_3 ON account_3.wiki_id = $3::INTEGER AND account_3.id = mentor_1.id
    WHERE mentor_1.wiki_id = $3::INTEGER AND mentor_1.id = $5::BIGINT AND (NOT account_3.is_hidden OR $1::BOOLEAN)), 'null')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $3::INTEGER), 'null') || '}', 'UTF8');
