SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentee":'
  || coalesce(
    (SELECT '{"mentor":'
    || coalesce(
      (SELECT '{"name":'
      || coalesce(CAST(to_json(coalesce(account_1.name, CASE WHEN $1::BOOLEAN THEN
        (SELECT suppressed_name_1.name
        FROM suppressed_name AS suppressed_name_1
        WHERE suppressed_name_1.wiki_id = $2::INTEGER AND suppressed_name_1.account_id = account_1.id
        ORDER BY suppressed_name_1.valid_to DESC
        LIMIT 1) END)) AS TEXT), 'null')
      || ',"status":'
      || coalesce('"' || CASE WHEN (mentor_1.resigned_at <= $3::TIMESTAMP WITH TIME ZONE) THEN 'RESIGNED' WHEN EXISTS
        (SELECT 1
        FROM block_span AS block_span_1
        WHERE block_span_1.wiki_id = $2::INTEGER AND (block_span_1.mentee_id = mentor_1.id AND block_span_1.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND block_span_1.valid_to > $3::TIMESTAMP WITH TIME ZONE AND (block_span_1.scope = 'SITEWIDE' OR EXISTS
          (SELECT 1
          FROM block AS block_1
          WHERE block_1.wiki_id = $2::INTEGER AND (block_1.id = block_span_1.block_id AND (block_1.kind = 'GLOBAL_BLOCK' OR block_1.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN 'BLOCKED' WHEN (mentor_1.away_until > $3::TIMESTAMP WITH TIME ZONE) THEN 'AWAY' ELSE 'AVAILABLE' END || '"', E'\x01{"!":["NULL",1]}')
      || '}'
      FROM mentor AS mentor_1
      LEFT JOIN account AS account_1 ON account_1.wiki_id = $2::INTEGER AND account_1.id = mentor_1.id
      WHERE mentor_1.wiki_id = $2::INTEGER AND mentor_1.id =
        (SELECT relationship_span_1.mentor_id
        FROM relationship_span AS relationship_span_1
        WHERE relationship_span_1.wiki_id = $2::INTEGER AND relationship_span_1.mentee_id = account_2.id AND relationship_span_1.role = 'PRIMARY' AND relationship_span_1.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $3::TIMESTAMP WITH TIME ZONE) AND (NOT account_1.is_hidden OR $1::BOOLEAN)), 'null')
    || ',"effectiveMentor":'
    || coalesce(
      (SELECT '{"name":'
      || coalesce(CAST(to_json(coalesce(account_3.name, CASE WHEN $1::BOOLEAN THEN
        (SELECT suppressed_name_2.name
        FROM suppressed_name AS suppressed_name_2
        WHERE suppressed_name_2.wiki_id = $2::INTEGER AND suppressed_name_2.account_id = account_3.id
        ORDER BY suppressed_name_2.valid_to DESC
        LIMIT 1) END)) AS TEXT), 'null')
      || ',"status":'
      || coalesce('"' || CASE WHEN (mentor_2.resigned_at <= $3::TIMESTAMP WITH TIME ZONE) THEN 'RESIGNED' WHEN EXISTS
        (SELECT 1
        FROM block_span AS block_span_2
        WHERE block_span_2.wiki_id = $2::INTEGER AND (block_span_2.mentee_id = mentor_2.id AND block_span_2.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND block_span_2.valid_to > $3::TIMESTAMP WITH TIME ZONE AND (block_span_2.scope = 'SITEWIDE' OR EXISTS
          (SELECT 1
          FROM block AS block_2
          WHERE block_2.wiki_id = $2::INTEGER AND (block_2.id = block_span_2.block_id AND (block_2.kind = 'GLOBAL_BLOCK' OR block_2.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN 'BLOCKED' WHEN (mentor_2.away_until > $3::TIMESTAMP WITH TIME ZONE) THEN 'AWAY' ELSE 'AVAILABLE' END || '"', E'\x01{"!":["NULL",1]}')
      || '}'
      FROM mentor AS mentor_2
      LEFT JOIN account AS account_3 ON account_3.wiki_id = $2::INTEGER AND account_3.id = mentor_2.id
      WHERE mentor_2.wiki_id = $2::INTEGER AND (mentor_2.id = coalesce(
        (SELECT relationship_span_2.mentor_id
        FROM relationship_span AS relationship_span_2
        WHERE relationship_span_2.wiki_id = $2::INTEGER AND (relationship_span_2.mentee_id = account_2.id AND relationship_span_2.role = 'PRIMARY' AND relationship_span_2.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND relationship_span_2.valid_to > $3::TIMESTAMP WITH TIME ZONE AND EXISTS
          (SELECT 1
          FROM mentor AS mentor_3
          WHERE mentor_3.wiki_id = $2::INTEGER AND (mentor_3.id = relationship_span_2.mentor_id AND CASE WHEN (mentor_3.resigned_at <= $3::TIMESTAMP WITH TIME ZONE) THEN 'RESIGNED' WHEN EXISTS
            (SELECT 1
            FROM block_span AS block_span_3
            WHERE block_span_3.wiki_id = $2::INTEGER AND (block_span_3.mentee_id = mentor_3.id AND block_span_3.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND block_span_3.valid_to > $3::TIMESTAMP WITH TIME ZONE AND (block_span_3.scope = 'SITEWIDE' OR EXISTS
              (SELECT 1
              FROM block AS block_3
              WHERE block_3.wiki_id = $2::INTEGER AND (block_3.id = block_span_3.block_id AND (block_3.kind = 'GLOBAL_BLOCK' OR block_3.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN 'BLOCKED' WHEN (mentor_3.away_until > $3::TIMESTAMP WITH TIME ZONE) THEN 'AWAY' ELSE 'AVAILABLE' END = 'AVAILABLE') OFFSET 0))),
        (SELECT relationship_span_3.mentor_id
        FROM relationship_span AS relationship_span_3
        WHERE relationship_span_3.wiki_id = $2::INTEGER AND (relationship_span_3.mentee_id = account_2.id AND relationship_span_3.role = 'BACKUP' AND relationship_span_3.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND relationship_span_3.valid_to > $3::TIMESTAMP WITH TIME ZONE AND EXISTS
          (SELECT 1
          FROM mentor AS mentor_4
          WHERE mentor_4.wiki_id = $2::INTEGER AND (mentor_4.id = relationship_span_3.mentor_id AND CASE WHEN (mentor_4.resigned_at <= $3::TIMESTAMP WITH TIME ZONE) THEN 'RESIGNED' WHEN EXISTS
            (SELECT 1
            FROM block_span AS block_span_4
            WHERE block_span_4.wiki_id = $2::INTEGER AND (block_span_4.mentee_id = mentor_4.id AND block_span_4.valid_from <= $3::TIMESTAMP WITH TIME ZONE AND block_span_4.valid_to > $3::TIMESTAMP WITH TIME ZONE AND (block_span_4.scope = 'SITEWIDE' OR EXISTS
              (SELECT 1
              FROM block AS block_4
              WHERE block_4.wiki_id = $2::INTEGER AND (block_4.id = block_span_4.block_id AND (block_4.kind = 'GLOBAL_BLOCK' OR block_4.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN 'BLOCKED' WHEN (mentor_4.away_until > $3::TIMESTAMP WITH TIME ZONE) THEN 'AWAY' ELSE 'AVAILABLE' END = 'AVAILABLE') OFFSET 0))))) AND (NOT account_3.is_hidden OR $1::BOOLEAN)), 'null')
    || '}'
    FROM account AS account_2
    WHERE account_2.wiki_id = $2::INTEGER AND account_2.id = $4::BIGINT AND (NOT account_2.is_hidden OR $1::BOOLEAN OR account_2.id = $5::BIGINT OR EXISTS
      (SELECT 1
      FROM relationship AS relationship_1
      WHERE relationship_1.wiki_id = $2::INTEGER AND relationship_1.mentee_id = account_2.id AND relationship_1.mentor_id = $5::BIGINT AND relationship_1.started_at <= $3::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz OFFSET 0))), 'null')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $2::INTEGER), 'null') || '}', 'UTF8');
