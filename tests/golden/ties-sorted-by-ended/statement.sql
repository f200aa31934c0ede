SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"up":'
  ||
    (SELECT '{"edges":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 3), '')
    || '],"pageInfo":{"hasNextPage":'
    || CAST(count(*) > 3 AS TEXT)
    || ',"hasPreviousPage":false,"endCursor":'
    || coalesce('"' || replace(encode(convert_to('["1c3f1a87b","' || CAST((array_agg(p.k0 ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST((array_agg(p.k1 ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
    || '}}'
    FROM
      (SELECT relationship_1.ends_at AS k0, relationship_1.id AS k1, row_number() OVER (ORDER BY relationship_1.ends_at, relationship_1.id) AS n, '{"cursor":"'
      || replace(encode(convert_to('["1c3f1a87b","' || CAST(relationship_1.ends_at AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST(relationship_1.id AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
      || '","node":{"id":"'
      || encode(convert_to('Relationship:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(relationship_1.id AS TEXT), 'UTF8'), 'base64')
      || '","state":'
      || coalesce('"' || coalesce(relationship_span_1.state, 'ENDED') || '"', E'\x01{"!":["NULL",5]}')
      || ',"stateSince":'
      || coalesce(to_char(coalesce(relationship_span_1.valid_from, CASE WHEN (relationship_1.ends_at <= $2::TIMESTAMP WITH TIME ZONE) THEN relationship_1.ends_at ELSE relationship_1.started_at END) AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",5]}')
      || ',"stateUntil":'
      || coalesce(to_char(relationship_span_1.valid_to AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
      || '}}' AS f0
      FROM relationship AS relationship_1
      LEFT JOIN relationship_span AS relationship_span_1 ON relationship_span_1.wiki_id = $1::INTEGER AND relationship_span_1.relationship_id = relationship_1.id AND relationship_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE
      WHERE relationship_1.wiki_id = $1::INTEGER AND relationship_1.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz AND ((relationship_1.mentor_id = $3::BIGINT OR relationship_1.mentee_id = $3::BIGINT OR $4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_1
        WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = relationship_1.mentee_id AND NOT account_1.is_hidden OFFSET 0)) AND ($4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_2
        WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = relationship_1.mentor_id AND NOT account_2.is_hidden OFFSET 0)))
      ORDER BY relationship_1.ends_at, relationship_1.id
      LIMIT 4) AS p
    HAVING true)
  || ',"down":'
  ||
    (SELECT '{"edges":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3), '')
    || '],"pageInfo":{"hasNextPage":false,"hasPreviousPage":'
    || CAST(count(*) > 3 AS TEXT)
    || ',"endCursor":'
    || coalesce('"' || replace(encode(convert_to('["1f4fb159d","' || CAST((array_agg(p.k0 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST((array_agg(p.k1 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
    || '}}'
    FROM
      (SELECT relationship_2.ends_at AS k0, relationship_2.id AS k1, row_number() OVER (ORDER BY relationship_2.ends_at, relationship_2.id) AS n, '{"cursor":"'
      || replace(encode(convert_to('["1f4fb159d","' || CAST(relationship_2.ends_at AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST(relationship_2.id AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
      || '","node":{"id":"'
      || encode(convert_to('Relationship:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(relationship_2.id AS TEXT), 'UTF8'), 'base64')
      || '","state":'
      || coalesce('"' || coalesce(relationship_span_2.state, 'ENDED') || '"', E'\x01{"!":["NULL",5]}')
      || ',"stateSince":'
      || coalesce(to_char(coalesce(relationship_span_2.valid_from, CASE WHEN (relationship_2.ends_at <= $2::TIMESTAMP WITH TIME ZONE) THEN relationship_2.ends_at ELSE relationship_2.started_at END) AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",5]}')
      || ',"stateUntil":'
      || coalesce(to_char(relationship_span_2.valid_to AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
      || '}}' AS f0
      FROM relationship AS relationship_2
      LEFT JOIN relationship_span AS relationship_span_2 ON relationship_span_2.wiki_id = $1::INTEGER AND relationship_span_2.relationship_id = relationship_2.id AND relationship_span_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_2.valid_to > $2::TIMESTAMP WITH TIME ZONE
      WHERE relationship_2.wiki_id = $1::INTEGER AND relationship_2.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_2.withdrawn_at = 'infinity'::timestamptz AND ((relationship_2.mentor_id = $3::BIGINT OR relationship_2.mentee_id = $3::BIGINT OR $4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_3
        WHERE account_3.wiki_id = $1::INTEGER AND account_3.id = relationship_2.mentee_id AND NOT account_3.is_hidden OFFSET 0)) AND ($4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_4
        WHERE account_4.wiki_id = $1::INTEGER AND account_4.id = relationship_2.mentor_id AND NOT account_4.is_hidden OFFSET 0)))
      ORDER BY relationship_2.ends_at, relationship_2.id
      LIMIT 4) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
