SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentors":'
  ||
    (SELECT '{"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM mentor AS mentor_1
      LEFT JOIN account AS account_1 ON account_1.wiki_id = $1::INTEGER AND account_1.id = mentor_1.id
      WHERE mentor_1.wiki_id = $1::INTEGER AND mentor_1.share = ANY ($2::TEXT[]) AND mentor_1.id = ANY (ARRAY
        (SELECT account_name_1.account_id
        FROM account_name AS account_name_1
        WHERE account_name_1.wiki_id = $1::INTEGER AND (lower(account_name_1.name) COLLATE "C") >= (lower($3::TEXT) COLLATE "C") AND (lower(account_name_1.name) COLLATE "C") < (lower($3::TEXT) COLLATE "C" || chr(1114111)))) AND (NOT account_1.is_hidden OR $4::BOOLEAN)) AS TEXT)
    || ',"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0, p.k1, p.k2), '')
    || ']}'
    FROM
      (SELECT account_2.name IS NULL AS k0, coalesce(account_2.name, '') AS k1, mentor_2.id AS k2, '{"userId":'
      || coalesce('"' || CAST(account_2.id AS TEXT) || '"', E'\x01{"!":["NULL",4]}')
      || ',"name":'
      || coalesce(CAST(to_json(coalesce(account_2.name, CASE WHEN $4::BOOLEAN THEN
        (SELECT suppressed_name_1.name
        FROM suppressed_name AS suppressed_name_1
        WHERE suppressed_name_1.wiki_id = $1::INTEGER AND suppressed_name_1.account_id = account_2.id
        ORDER BY suppressed_name_1.valid_to DESC
        LIMIT 1) END)) AS TEXT), 'null')
      || ',"share":"'
      || mentor_2.share
      || '"}' AS f0
      FROM mentor AS mentor_2
      LEFT JOIN account AS account_2 ON account_2.wiki_id = $1::INTEGER AND account_2.id = mentor_2.id
      WHERE mentor_2.wiki_id = $1::INTEGER AND mentor_2.share = ANY ($2::TEXT[]) AND mentor_2.id = ANY (ARRAY
        (SELECT account_name_2.account_id
        FROM account_name AS account_name_2
        WHERE account_name_2.wiki_id = $1::INTEGER AND (lower(account_name_2.name) COLLATE "C") >= (lower($3::TEXT) COLLATE "C") AND (lower(account_name_2.name) COLLATE "C") < (lower($3::TEXT) COLLATE "C" || chr(1114111)))) AND (NOT account_2.is_hidden OR $4::BOOLEAN)
      ORDER BY account_2.name IS NULL, coalesce(account_2.name, ''), mentor_2.id
      LIMIT 3) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
