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
    || ',"registeredAt":'
    || coalesce(to_char(CASE WHEN (NOT account_1.is_hidden OR $1::BOOLEAN OR account_1.id = $3::BIGINT) THEN account_1.registered_at END AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
    || ',"editCount":'
    || coalesce(CAST(CASE WHEN (NOT account_1.is_hidden OR $1::BOOLEAN OR account_1.id = $3::BIGINT) THEN account_1.edit_count ELSE 0 END AS TEXT), E'\x01{"!":["NULL",1]}')
    || ',"lastEditAt":'
    || coalesce(to_char(CASE WHEN (NOT account_1.is_hidden OR $1::BOOLEAN OR account_1.id = $3::BIGINT) THEN account_1.last_edit_at END AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
    || ',"isHidden":'
    || CAST(account_1.is_hidden AS TEXT)
    || ',"blockCount":'
    || coalesce(CAST(CASE WHEN (NOT account_1.is_hidden OR $1::BOOLEAN OR account_1.id = $3::BIGINT) THEN account_1.block_count ELSE 0 END AS TEXT), E'\x01{"!":["NULL",1]}')
    || '}'
    FROM account AS account_1
    WHERE account_1.wiki_id = $2::INTEGER AND (account_1.id = coalesce(
      (SELECT account_name_1.account_id
      FROM account_name AS account_name_1
      WHERE account_name_1.wiki_id = $2::INTEGER AND (account_name_1.name = $4::TEXT AND ($1::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_2
        WHERE account_2.wiki_id = $2::INTEGER AND account_2.id = account_name_1.account_id AND NOT account_2.is_hidden OFFSET 0)))
      ORDER BY account_name_1.valid_to DESC
      LIMIT 1), CASE WHEN $1::BOOLEAN THEN
      (SELECT suppressed_name_2.account_id
      FROM suppressed_name AS suppressed_name_2
      WHERE suppressed_name_2.wiki_id = $2::INTEGER AND suppressed_name_2.name = $4::TEXT
      ORDER BY suppressed_name_2.valid_to DESC
      LIMIT 1) END)) AND (NOT account_1.is_hidden OR $1::BOOLEAN OR account_1.id = $3::BIGINT OR EXISTS
      (SELECT 1
      FROM relationship AS relationship_1
      WHERE relationship_1.wiki_id = $2::INTEGER AND relationship_1.mentee_id = account_1.id AND relationship_1.mentor_id = $3::BIGINT AND relationship_1.started_at <= $5::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz OFFSET 0))), 'null')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $2::INTEGER), 'null') || '}', 'UTF8');
