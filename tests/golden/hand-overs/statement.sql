SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"handOvers":'
  ||
    (SELECT '['
    || coalesce(string_agg('{"from":' || coalesce(
      (SELECT '{"name":'
      || coalesce(CAST(to_json(coalesce(account_1.name, CASE WHEN $1::BOOLEAN THEN
        (SELECT suppressed_name_1.name
        FROM suppressed_name AS suppressed_name_1
        WHERE suppressed_name_1.wiki_id = $2::INTEGER AND suppressed_name_1.account_id = account_1.id
        ORDER BY suppressed_name_1.valid_to DESC
        LIMIT 1) END)) AS TEXT), 'null')
      || '}'
      FROM mentor AS mentor_1
      LEFT JOIN account AS account_1 ON account_1.wiki_id = $2::INTEGER AND account_1.id = mentor_1.id
      WHERE mentor_1.wiki_id = $2::INTEGER AND mentor_1.id = CAST(anon_1.value['giver'] #>> '{}' AS BIGINT) AND (NOT account_1.is_hidden OR $1::BOOLEAN)), E'\x01{"!":["NULL",3]}') || ',"to":' || coalesce(
      (SELECT '{"name":'
      || coalesce(CAST(to_json(coalesce(account_2.name, CASE WHEN $1::BOOLEAN THEN
        (SELECT suppressed_name_2.name
        FROM suppressed_name AS suppressed_name_2
        WHERE suppressed_name_2.wiki_id = $2::INTEGER AND suppressed_name_2.account_id = account_2.id
        ORDER BY suppressed_name_2.valid_to DESC
        LIMIT 1) END)) AS TEXT), 'null')
      || '}'
      FROM mentor AS mentor_2
      LEFT JOIN account AS account_2 ON account_2.wiki_id = $2::INTEGER AND account_2.id = mentor_2.id
      WHERE mentor_2.wiki_id = $2::INTEGER AND mentor_2.id = CAST(anon_1.value['taker'] #>> '{}' AS BIGINT) AND (NOT account_2.is_hidden OR $1::BOOLEAN)), 'null') || ',"because":' || coalesce('"' || (anon_1.value['because'] #>> '{}') || '"', E'\x01{"!":["NULL",3]}') || ',"mentees":' || coalesce(CAST(CAST(anon_1.value['mentees'] #>> '{}' AS BIGINT) AS TEXT), E'\x01{"!":["NULL",3]}') || '}', ',' ORDER BY anon_1.key), '')
    || ']'
    FROM jsonb_array_elements(
      (SELECT jsonb_agg(jsonb_build_object('giver', g.giver, 'taker', g.taker, 'because', g.because, 'mentees', g.mentees) ORDER BY g.mentees DESC, g.giver, g.taker, g.because)
      FROM
        (SELECT t.giver AS giver, t.taker AS taker, t.because AS because, count(DISTINCT t.mentee) AS mentees
        FROM
          (SELECT relationship_1.mentor_id AS giver,
            (SELECT relationship_2.mentor_id
            FROM relationship AS relationship_2
            WHERE relationship_2.wiki_id = $2::INTEGER AND (relationship_2.mentee_id = relationship_1.mentee_id AND (relationship_2.replaces_id = relationship_1.id OR relationship_2.continues_id = relationship_1.id) AND relationship_2.started_at <= $3::TIMESTAMP WITH TIME ZONE AND relationship_2.withdrawn_at = 'infinity'::timestamptz AND ($1::BOOLEAN OR EXISTS
              (SELECT 1
              FROM account AS account_3
              WHERE account_3.wiki_id = $2::INTEGER AND account_3.id = relationship_2.mentor_id AND NOT account_3.is_hidden OFFSET 0)))
            ORDER BY relationship_2.started_at DESC
            LIMIT 1) AS taker, CASE WHEN $4::BOOLEAN THEN relationship_1.ends_because ELSE CASE WHEN (relationship_1.ends_because = 'OPTED_OUT') THEN 'ENDED_BY_HAND' ELSE relationship_1.ends_because END END AS because, relationship_1.mentee_id AS mentee
          FROM relationship AS relationship_1
          WHERE relationship_1.wiki_id = $2::INTEGER AND (relationship_1.role = 'PRIMARY' AND relationship_1.ends_at >= $5::TIMESTAMP WITH TIME ZONE AND relationship_1.ends_at < $6::TIMESTAMP WITH TIME ZONE AND relationship_1.ends_at <= $3::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz AND ($1::BOOLEAN OR EXISTS
            (SELECT 1
            FROM account AS account_4
            WHERE account_4.wiki_id = $2::INTEGER AND account_4.id = relationship_1.mentor_id AND NOT account_4.is_hidden OFFSET 0)) AND ($1::BOOLEAN OR EXISTS
            (SELECT 1
            FROM account AS account_5
            WHERE account_5.wiki_id = $2::INTEGER AND account_5.id = relationship_1.mentee_id AND NOT account_5.is_hidden OFFSET 0)) AND NOT EXISTS
            (SELECT 1
            FROM relationship AS relationship_3
            WHERE relationship_3.wiki_id = $2::INTEGER AND (relationship_3.mentee_id = relationship_1.mentee_id AND (relationship_3.replaces_id = relationship_1.id OR relationship_3.continues_id = relationship_1.id) AND relationship_3.started_at <= $3::TIMESTAMP WITH TIME ZONE AND relationship_3.withdrawn_at = 'infinity'::timestamptz AND relationship_3.mentor_id = relationship_1.mentor_id) OFFSET 0))) AS t GROUP BY t.giver, t.taker, t.because
        ORDER BY count(DISTINCT t.mentee) DESC, t.giver, t.taker, t.because
        LIMIT 500) AS g)) WITH ORDINALITY AS anon_1(value, key))
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $2::INTEGER), 'null') || '}', 'UTF8');
