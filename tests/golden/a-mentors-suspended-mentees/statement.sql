SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentor":'
  || coalesce(
    (SELECT '{"mentees":'
    ||
      (SELECT '{"nodes":['
      || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC), '')
      || ']}'
      FROM
        (SELECT relationship_span_1.last_edit_at AS k0, relationship_span_1.relationship_id AS k1, '{"name":'
        || coalesce(CAST(to_json(coalesce(account_1.name, CASE WHEN $1::BOOLEAN THEN
          (SELECT suppressed_name_1.name
          FROM suppressed_name AS suppressed_name_1
          WHERE suppressed_name_1.wiki_id = $2::INTEGER AND suppressed_name_1.account_id = account_1.id
          ORDER BY suppressed_name_1.valid_to DESC
          LIMIT 1) END)) AS TEXT), 'null')
        || ',"suspension":'
        || coalesce(
          (SELECT '{"since":'
          || coalesce(to_char(mentee_span_1.blocked_since AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",1]}')
          || ',"resumesAt":'
          || coalesce(to_char(mentee_span_1.blocked_until AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
          || '}'
          FROM mentee_span AS mentee_span_1
          WHERE mentee_span_1.wiki_id = $2::INTEGER AND mentee_span_1.mentee_id = account_1.id AND mentee_span_1.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND mentee_span_1.valid_to > $3::TIMESTAMP WITH TIME ZONE AND mentee_span_1.blocked_since IS NOT NULL), 'null')
        || '}' AS f0
        FROM account AS account_1
        LEFT JOIN relationship_span AS relationship_span_1 ON relationship_span_1.wiki_id = $2::INTEGER AND relationship_span_1.mentee_id = account_1.id AND relationship_span_1.role = 'PRIMARY' AND relationship_span_1.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $3::TIMESTAMP WITH TIME ZONE
        WHERE account_1.wiki_id = $2::INTEGER AND relationship_span_1.mentor_id = mentor_1.id AND relationship_span_1.state = 'SUSPENDED' AND (NOT account_1.is_hidden OR $1::BOOLEAN OR relationship_span_1.mentor_id = $4::BIGINT OR account_1.id = $4::BIGINT)
        ORDER BY relationship_span_1.last_edit_at DESC, relationship_span_1.relationship_id DESC
        LIMIT 10) AS p
      HAVING true)
    || '}'
    FROM mentor AS mentor_1
    LEFT JOIN account AS account_2 ON account_2.wiki_id = $2::INTEGER AND account_2.id = mentor_1.id
    WHERE mentor_1.wiki_id = $2::INTEGER AND mentor_1.id = $5::BIGINT AND (NOT account_2.is_hidden OR $1::BOOLEAN)), 'null')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $2::INTEGER), 'null') || '}', 'UTF8');
