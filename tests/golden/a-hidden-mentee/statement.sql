SELECT convert_to('{"wiki":' || coalesce(
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
    WHERE account_1.wiki_id = $2::INTEGER AND account_1.id = $3::BIGINT AND (NOT account_1.is_hidden OR $1::BOOLEAN OR account_1.id = $4::BIGINT OR EXISTS
      (SELECT 1
      FROM relationship AS relationship_1
      WHERE relationship_1.wiki_id = $2::INTEGER AND relationship_1.mentee_id = account_1.id AND relationship_1.mentor_id = $4::BIGINT AND relationship_1.started_at <= $5::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz OFFSET 0))), 'null')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $2::INTEGER), 'null') || '}', 'UTF8');
