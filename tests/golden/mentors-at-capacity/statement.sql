SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentors":'
  ||
    (SELECT '{"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM mentor AS mentor_1
      LEFT JOIN account AS account_1 ON account_1.wiki_id = $1::INTEGER AND account_1.id = mentor_1.id
      WHERE mentor_1.wiki_id = $1::INTEGER AND (CAST(
        (SELECT count(*)
        FROM relationship_span AS relationship_span_1
        WHERE relationship_span_1.wiki_id = $1::INTEGER AND (relationship_span_1.mentor_id = mentor_1.id AND relationship_span_1.role = 'PRIMARY' AND relationship_span_1.state = 'ACTIVE' AND relationship_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE AND ($3::BOOLEAN OR relationship_span_1.mentee_id NOT IN
          (SELECT account_2.id
          FROM account AS account_2
          WHERE account_2.wiki_id = $1::INTEGER AND account_2.is_hidden)))) AS BIGINT) < coalesce(mentor_1.capacity, 2147483647)) AND (NOT account_1.is_hidden OR $3::BOOLEAN)) AS TEXT)
    || ',"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0, p.k1, p.k2), '')
    || ']}'
    FROM
      (SELECT account_3.name IS NULL AS k0, coalesce(account_3.name, '') AS k1, mentor_2.id AS k2, '{"userId":'
      || coalesce('"' || CAST(account_3.id AS TEXT) || '"', E'\x01{"!":["NULL",4]}')
      || ',"capacity":'
      || coalesce(CAST(mentor_2.capacity AS TEXT), 'null')
      || '}' AS f0
      FROM mentor AS mentor_2
      LEFT JOIN account AS account_3 ON account_3.wiki_id = $1::INTEGER AND account_3.id = mentor_2.id
      WHERE mentor_2.wiki_id = $1::INTEGER AND (CAST(
        (SELECT count(*)
        FROM relationship_span AS relationship_span_2
        WHERE relationship_span_2.wiki_id = $1::INTEGER AND (relationship_span_2.mentor_id = mentor_2.id AND relationship_span_2.role = 'PRIMARY' AND relationship_span_2.state = 'ACTIVE' AND relationship_span_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_2.valid_to > $2::TIMESTAMP WITH TIME ZONE AND ($3::BOOLEAN OR relationship_span_2.mentee_id NOT IN
          (SELECT account_4.id
          FROM account AS account_4
          WHERE account_4.wiki_id = $1::INTEGER AND account_4.is_hidden)))) AS BIGINT) < coalesce(mentor_2.capacity, 2147483647)) AND (NOT account_3.is_hidden OR $3::BOOLEAN)
      ORDER BY account_3.name IS NULL, coalesce(account_3.name, ''), mentor_2.id
      LIMIT 3) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
