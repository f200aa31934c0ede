SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentees":'
  ||
    (SELECT '{"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM account AS account_1
      WHERE account_1.wiki_id = $1::INTEGER AND (account_1.is_mentee AND (EXISTS
        (SELECT 1
        FROM account_name AS account_name_1
        WHERE account_name_1.wiki_id = $1::INTEGER AND account_name_1.account_id = account_1.id AND account_name_1.valid_to <= $2::TIMESTAMP WITH TIME ZONE OFFSET 0) OR $3::BOOLEAN AND EXISTS
        (SELECT 1
        FROM suppressed_name AS suppressed_name_1
        WHERE suppressed_name_1.wiki_id = $1::INTEGER AND suppressed_name_1.account_id = account_1.id AND suppressed_name_1.valid_to <= $2::TIMESTAMP WITH TIME ZONE OFFSET 0))) AND (NOT account_1.is_hidden OR $3::BOOLEAN)) AS TEXT)
    || ',"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC), '')
    || ']}'
    FROM
      (SELECT account_2.registered_key AS k0, account_2.id AS k1, '{"userId":"'
      || CAST(account_2.id AS TEXT)
      || '","state":'
      || coalesce('"' || coalesce(
        (SELECT CASE WHEN ($4::BOOLEAN OR mentee_span_1.mentee_id = $5::BIGINT) THEN mentee_span_1.state ELSE mentee_span_1.told_state END
        FROM mentee_span AS mentee_span_1
        WHERE mentee_span_1.wiki_id = $1::INTEGER AND mentee_span_1.mentee_id = account_2.id AND mentee_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE), 'UNASSIGNED') || '"', E'\x01{"!":["NULL",4]}')
      || '}' AS f0
      FROM account AS account_2
      WHERE account_2.wiki_id = $1::INTEGER AND (account_2.is_mentee AND (EXISTS
        (SELECT 1
        FROM account_name AS account_name_2
        WHERE account_name_2.wiki_id = $1::INTEGER AND account_name_2.account_id = account_2.id AND account_name_2.valid_to <= $2::TIMESTAMP WITH TIME ZONE OFFSET 0) OR $3::BOOLEAN AND EXISTS
        (SELECT 1
        FROM suppressed_name AS suppressed_name_2
        WHERE suppressed_name_2.wiki_id = $1::INTEGER AND suppressed_name_2.account_id = account_2.id AND suppressed_name_2.valid_to <= $2::TIMESTAMP WITH TIME ZONE OFFSET 0))) AND (NOT account_2.is_hidden OR $3::BOOLEAN)
      ORDER BY account_2.registered_key DESC, account_2.id DESC
      LIMIT 3) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
