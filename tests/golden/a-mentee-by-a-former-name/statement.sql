SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentee":'
  || coalesce(
    (SELECT '{"userId":"'
    || CAST(account_1.id AS TEXT)
    || '","name":'
    || coalesce(CAST(to_json(coalesce(account_1.name, CASE WHEN $1::BOOLEAN THEN
      (SELECT suppressed_name_1.name
      FROM suppressed_name AS suppressed_name_1
      WHERE suppressed_name_1.wiki_id = $2::INTEGER AND suppressed_name_1.account_id = account_1.id
      ORDER BY suppressed_name_1.valid_to DESC
      LIMIT 1) END)) AS TEXT), 'null')
    || '}'
    FROM account AS account_1
    WHERE account_1.wiki_id = $2::INTEGER AND (account_1.id = coalesce(
      (SELECT account_name_1.account_id
      FROM account_name AS account_name_1
      WHERE account_name_1.wiki_id = $2::INTEGER AND (account_name_1.name = $3::TEXT AND ($1::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_2
        WHERE account_2.wiki_id = $2::INTEGER AND account_2.id = account_name_1.account_id AND NOT account_2.is_hidden OFFSET 0)))
      ORDER BY account_name_1.valid_to DESC
      LIMIT 1), CASE WHEN $1::BOOLEAN THEN
      (SELECT suppressed_name_2.account_id
      FROM suppressed_name AS suppressed_name_2
      WHERE suppressed_name_2.wiki_id = $2::INTEGER AND suppressed_name_2.name = $3::TEXT
      ORDER BY suppressed_name_2.valid_to DESC
      LIMIT 1) END)) AND (NOT account_1.is_hidden OR $1::BOOLEAN OR account_1.id = $4::BIGINT OR EXISTS
      (SELECT 1
      FROM relationship AS relationship_1
      WHERE relationship_1.wiki_id = $2::INTEGER AND relationship_1.mentee_id = account_1.id AND relationship_1.mentor_id = $4::BIGINT AND relationship_1.started_at <= $5::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz OFFSET 0))), 'null')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $2::INTEGER), 'null') || '}', 'UTF8');
