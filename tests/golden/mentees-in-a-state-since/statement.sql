SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentees":'
  ||
    (SELECT '{"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM account AS account_1
      LEFT JOIN mentee_span AS mentee_span_1 ON mentee_span_1.wiki_id = $1::INTEGER AND mentee_span_1.mentee_id = account_1.id AND mentee_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE
      WHERE account_1.wiki_id = $1::INTEGER AND account_1.is_mentee AND mentee_span_1.told_since >= $3::TIMESTAMP WITH TIME ZONE AND mentee_span_1.told_since < $4::TIMESTAMP WITH TIME ZONE AND (NOT account_1.is_hidden OR $5::BOOLEAN)) AS TEXT)
    || ',"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC), '')
    || ']}'
    FROM
      (SELECT account_2.registered_key AS k0, account_2.id AS k1, '{"userId":"'
      || CAST(account_2.id AS TEXT)
      || '","state":'
      || coalesce('"' || coalesce(
        (SELECT CASE WHEN ($6::BOOLEAN OR mentee_span_2.mentee_id = $7::BIGINT) THEN mentee_span_2.state ELSE mentee_span_2.told_state END
        FROM mentee_span AS mentee_span_2
        WHERE mentee_span_2.wiki_id = $1::INTEGER AND mentee_span_2.mentee_id = account_2.id AND mentee_span_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_2.valid_to > $2::TIMESTAMP WITH TIME ZONE), 'UNASSIGNED') || '"', E'\x01{"!":["NULL",4]}')
      || '}' AS f0
      FROM account AS account_2
      LEFT JOIN mentee_span AS mentee_span_3 ON mentee_span_3.wiki_id = $1::INTEGER AND mentee_span_3.mentee_id = account_2.id AND mentee_span_3.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_3.valid_to > $2::TIMESTAMP WITH TIME ZONE
      WHERE account_2.wiki_id = $1::INTEGER AND account_2.is_mentee AND mentee_span_3.told_since >= $3::TIMESTAMP WITH TIME ZONE AND mentee_span_3.told_since < $4::TIMESTAMP WITH TIME ZONE AND (NOT account_2.is_hidden OR $5::BOOLEAN)
      ORDER BY account_2.registered_key DESC, account_2.id DESC
      LIMIT 3) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
