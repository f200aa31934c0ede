SELECT '{"wiki":'
|| coalesce(
  (SELECT '{"mentee":'
  || coalesce(
    (SELECT '{"name":'
    || coalesce(CAST(to_json(coalesce(account_1.name, CASE WHEN $1::BOOLEAN THEN
      (SELECT suppressed_name_1.name
      FROM suppressed_name AS suppressed_name_1
      WHERE suppressed_name_1.wiki_id = $2::INTEGER AND suppressed_name_1.account_id = account_1.id
      ORDER BY suppressed_name_1.valid_to DESC
      LIMIT 1) END)) AS TEXT), 'null')
    || '}'
    FROM account AS account_1
    WHERE account_1.wiki_id = $2::INTEGER AND account_1.id = $3::BIGINT AND (NOT account_1.is_hidden OR $1::BOOLEAN)), 'null')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $2::INTEGER), 'null')
|| '}';
