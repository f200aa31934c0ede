SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentor":'
  || coalesce(
    (SELECT '{"relationships":'
    ||
      (SELECT '{"edges":['
      || coalesce(string_agg(p.f0, ',' ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 3), '')
      || '],"pageInfo":{"hasNextPage":'
      || CAST(count(*) > 3 AS TEXT)
      || ',"hasPreviousPage":false,"endCursor":'
      || coalesce('"' || replace(encode(convert_to('["1cee439ff","' || CAST((array_agg(p.k0 ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST((array_agg(p.k1 ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
      || '}}'
      FROM
        (SELECT relationship_1.started_at AS k0, relationship_1.id AS k1, row_number() OVER (ORDER BY relationship_1.started_at, relationship_1.id) AS n, '{"cursor":"'
        || replace(encode(convert_to('["1cee439ff","' || CAST(relationship_1.started_at AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST(relationship_1.id AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
        || '","node":{"id":"'
        || encode(convert_to('Relationship:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(relationship_1.id AS TEXT), 'UTF8'), 'base64')
        || '","state":'
        || coalesce('"' || coalesce(relationship_span_1.state, 'ENDED') || '"', E'\x01{"!":["NULL",5]}')
        || '}}' AS f0
        FROM relationship AS relationship_1
        LEFT JOIN relationship_span AS relationship_span_1 ON relationship_span_1.wiki_id = $1::INTEGER AND relationship_span_1.relationship_id = relationship_1.id AND relationship_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE
        WHERE relationship_1.wiki_id = $1::INTEGER AND relationship_1.mentor_id = mentor_1.id AND relationship_1.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz AND ((relationship_1.mentor_id = $3::BIGINT OR relationship_1.mentee_id = $3::BIGINT OR $4::BOOLEAN OR EXISTS
          (SELECT 1
          FROM account AS account_1
          WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = relationship_1.mentee_id AND NOT account_1.is_hidden OFFSET 0)) AND ($4::BOOLEAN OR EXISTS
          (SELECT 1
          FROM account AS account_2
          WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = relationship_1.mentor_id AND NOT account_2.is_hidden OFFSET 0)))
        ORDER BY relationship_1.started_at, relationship_1.id
        LIMIT 4) AS p
      HAVING true)
    || '}'
    FROM mentor AS mentor_1
    LEFT JOIN account AS account_3 ON account_3.wiki_id = $1::INTEGER AND account_3.id = mentor_1.id
    WHERE mentor_1.wiki_id = $1::INTEGER AND mentor_1.id = $5::BIGINT AND (NOT account_3.is_hidden OR $4::BOOLEAN)), 'null')
  || ',"mentee":'
  || coalesce(
    (SELECT '{"relationships":'
    ||
      (SELECT '{"edges":['
      || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3), '')
      || '],"pageInfo":{"hasNextPage":false,"hasPreviousPage":'
      || CAST(count(*) > 3 AS TEXT)
      || ',"endCursor":'
      || coalesce('"' || replace(encode(convert_to('["12c1ce615","' || CAST((array_agg(p.k0 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST((array_agg(p.k1 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
      || '}}'
      FROM
        (SELECT relationship_2.started_at AS k0, relationship_2.id AS k1, row_number() OVER (ORDER BY relationship_2.started_at, relationship_2.id) AS n, '{"cursor":"'
        || replace(encode(convert_to('["12c1ce615","' || CAST(relationship_2.started_at AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST(relationship_2.id AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
        || '","node":{"id":"'
        || encode(convert_to('Relationship:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(relationship_2.id AS TEXT), 'UTF8'), 'base64')
        || '","state":'
        || coalesce('"' || coalesce(relationship_span_2.state, 'ENDED') || '"', E'\x01{"!":["NULL",5]}')
        || '}}' AS f0
        FROM relationship AS relationship_2
        LEFT JOIN relationship_span AS relationship_span_2 ON relationship_span_2.wiki_id = $1::INTEGER AND relationship_span_2.relationship_id = relationship_2.id AND relationship_span_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_2.valid_to > $2::TIMESTAMP WITH TIME ZONE
        WHERE relationship_2.wiki_id = $1::INTEGER AND relationship_2.mentee_id = account_4.id AND relationship_2.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_2.withdrawn_at = 'infinity'::timestamptz AND ((relationship_2.mentor_id = $3::BIGINT OR relationship_2.mentee_id = $3::BIGINT OR $4::BOOLEAN OR EXISTS
          (SELECT 1
          FROM account AS account_5
          WHERE account_5.wiki_id = $1::INTEGER AND account_5.id = relationship_2.mentee_id AND NOT account_5.is_hidden OFFSET 0)) AND ($4::BOOLEAN OR EXISTS
          (SELECT 1
          FROM account AS account_6
          WHERE account_6.wiki_id = $1::INTEGER AND account_6.id = relationship_2.mentor_id AND NOT account_6.is_hidden OFFSET 0)))
        ORDER BY relationship_2.started_at, relationship_2.id
        LIMIT 4) AS p
      HAVING true)
    || '}'
    FROM account AS account_4
    WHERE account_4.wiki_id = $1::INTEGER AND account_4.id = $6::BIGINT AND (NOT account_4.is_hidden OR $4::BOOLEAN OR account_4.id = $3::BIGINT OR EXISTS
      (SELECT 1
      FROM relationship AS relationship_3
      WHERE relationship_3.wiki_id = $1::INTEGER AND relationship_3.mentee_id = account_4.id AND relationship_3.mentor_id = $3::BIGINT AND relationship_3.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_3.withdrawn_at = 'infinity'::timestamptz OFFSET 0))), 'null')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
