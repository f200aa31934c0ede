SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"relationships":'
  ||
    (SELECT '{"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 2), '')
    || '],"pageInfo":{"hasNextPage":'
    || CAST(EXISTS
      (SELECT 1
      FROM relationship AS relationship_1
      WHERE relationship_1.wiki_id = $1::INTEGER AND relationship_1.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz AND ((relationship_1.mentor_id = $3::BIGINT OR relationship_1.mentee_id = $3::BIGINT OR $4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_1
        WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = relationship_1.mentee_id AND NOT account_1.is_hidden OFFSET 0)) AND ($4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_2
        WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = relationship_1.mentor_id AND NOT account_2.is_hidden OFFSET 0))) AND (relationship_1.started_at, relationship_1.id) <= ($5::TIMESTAMP(3) WITH TIME ZONE, $6::BIGINT)
      ORDER BY relationship_1.started_at DESC, relationship_1.id DESC
      LIMIT 1 OFFSET 0) AS TEXT)
    || ',"hasPreviousPage":'
    || CAST(count(*) > 2 AS TEXT)
    || ',"startCursor":'
    || coalesce('"' || replace(encode(convert_to('["12c1ce615","' || CAST((array_agg(p.k0 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 2))[1] AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST((array_agg(p.k1 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 2))[1] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
    || ',"endCursor":'
    || coalesce('"' || replace(encode(convert_to('["12c1ce615","' || CAST((array_agg(p.k0 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 2))[least(count(*), 2)] AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST((array_agg(p.k1 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 2))[least(count(*), 2)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
    || '}}'
    FROM
      (SELECT relationship_2.started_at AS k0, relationship_2.id AS k1, row_number() OVER (ORDER BY relationship_2.started_at, relationship_2.id) AS n, '{"id":"'
      || encode(convert_to('Relationship:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(relationship_2.id AS TEXT), 'UTF8'), 'base64')
      || '","startedAt":'
      || coalesce(to_char(relationship_2.started_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",4]}')
      || '}' AS f0
      FROM relationship AS relationship_2
      WHERE relationship_2.wiki_id = $1::INTEGER AND relationship_2.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_2.withdrawn_at = 'infinity'::timestamptz AND ((relationship_2.mentor_id = $3::BIGINT OR relationship_2.mentee_id = $3::BIGINT OR $4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_3
        WHERE account_3.wiki_id = $1::INTEGER AND account_3.id = relationship_2.mentee_id AND NOT account_3.is_hidden OFFSET 0)) AND ($4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_4
        WHERE account_4.wiki_id = $1::INTEGER AND account_4.id = relationship_2.mentor_id AND NOT account_4.is_hidden OFFSET 0))) AND (relationship_2.started_at, relationship_2.id) > ($5::TIMESTAMP(3) WITH TIME ZONE, $6::BIGINT)
      ORDER BY relationship_2.started_at, relationship_2.id
      LIMIT 3) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
