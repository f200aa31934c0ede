SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"hidden":'
  || coalesce(
    (SELECT '{"name":'
    || coalesce(CAST(to_json(CAST(coalesce(
      (SELECT account_name_1.name
      FROM account_name AS account_name_1
      WHERE account_name_1.wiki_id = $1::INTEGER AND (account_name_1.account_id = account_1.id AND account_name_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND account_name_1.valid_to > $2::TIMESTAMP WITH TIME ZONE AND ($3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_2
        WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = account_1.id AND NOT account_2.is_hidden OFFSET 0)))
      ORDER BY account_name_1.valid_to DESC
      LIMIT 1), CASE WHEN $3::BOOLEAN THEN
      (SELECT suppressed_name_1.name
      FROM suppressed_name AS suppressed_name_1
      WHERE suppressed_name_1.wiki_id = $1::INTEGER AND suppressed_name_1.account_id = account_1.id AND suppressed_name_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND suppressed_name_1.valid_to > $2::TIMESTAMP WITH TIME ZONE
      ORDER BY suppressed_name_1.valid_to DESC
      LIMIT 1) END) AS TEXT)) AS TEXT), 'null')
    || ',"formerNames":'
    ||
      (SELECT '['
      || coalesce(string_agg('{"name":' || coalesce(CAST(to_json(anon_1.value ->> 'name') AS TEXT), E'\x01{"!":["NULL",3]}') || ',"until":' || coalesce(to_char(CAST(anon_1.value['until'] #>> '{}' AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",3]}') || '}', ',' ORDER BY anon_1.key), '')
      || ']'
      FROM jsonb_array_elements(
        (SELECT jsonb_agg(jsonb_build_object('name', g.name, 'until', g.until) ORDER BY g.until DESC, g.name)
        FROM
          (SELECT account_name_2.name AS name, account_name_2.valid_to AS until
          FROM account_name AS account_name_2
          WHERE account_name_2.wiki_id = $1::INTEGER AND account_name_2.account_id = account_1.id AND account_name_2.valid_to <= $2::TIMESTAMP WITH TIME ZONE UNION ALL SELECT suppressed_name_2.name AS name, suppressed_name_2.valid_to AS until
          FROM suppressed_name AS suppressed_name_2
          WHERE suppressed_name_2.wiki_id = $1::INTEGER AND suppressed_name_2.account_id = account_1.id AND suppressed_name_2.valid_to <= $2::TIMESTAMP WITH TIME ZONE AND $3::BOOLEAN) AS g)) WITH ORDINALITY AS anon_1(value, key))
    || '}'
    FROM account AS account_1
    WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = $4::BIGINT AND account_1.registered_key <= $2::TIMESTAMP WITH TIME ZONE AND (NOT account_1.is_hidden OR $3::BOOLEAN OR account_1.id = $5::BIGINT OR EXISTS
      (SELECT 1
      FROM relationship AS relationship_1
      WHERE relationship_1.wiki_id = $1::INTEGER AND relationship_1.mentee_id = account_1.id AND relationship_1.mentor_id = $5::BIGINT AND relationship_1.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz OFFSET 0))), 'null')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
