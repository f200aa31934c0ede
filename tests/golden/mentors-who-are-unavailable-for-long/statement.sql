SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentors":'
  ||
    (SELECT '{"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM mentor AS mentor_1
      LEFT JOIN account AS account_1 ON account_1.wiki_id = $1::INTEGER AND account_1.id = mentor_1.id
      WHERE mentor_1.wiki_id = $1::INTEGER AND (mentor_1.resigned_at > $2::TIMESTAMP WITH TIME ZONE AND (coalesce(mentor_1.away_since, 'infinity'::timestamptz) < least($3::TIMESTAMP WITH TIME ZONE, $2::TIMESTAMP WITH TIME ZONE) AND mentor_1.away_until >= least($3::TIMESTAMP WITH TIME ZONE, $2::TIMESTAMP WITH TIME ZONE) OR EXISTS
        (SELECT 1
        FROM block_span AS block_span_1
        WHERE block_span_1.wiki_id = $1::INTEGER AND (block_span_1.mentee_id = mentor_1.id AND block_span_1.valid_from < least($3::TIMESTAMP WITH TIME ZONE, $2::TIMESTAMP WITH TIME ZONE) AND block_span_1.valid_to >= least($3::TIMESTAMP WITH TIME ZONE, $2::TIMESTAMP WITH TIME ZONE) AND (block_span_1.scope = 'SITEWIDE' OR EXISTS
          (SELECT 1
          FROM block AS block_1
          WHERE block_1.wiki_id = $1::INTEGER AND (block_1.id = block_span_1.block_id AND (block_1.kind = 'GLOBAL_BLOCK' OR block_1.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0)) AND NOT EXISTS
        (SELECT 1
        FROM block_span AS block_span_2
        WHERE block_span_2.wiki_id = $1::INTEGER AND (block_span_2.mentee_id = mentor_1.id AND block_span_2.valid_to >= least($3::TIMESTAMP WITH TIME ZONE, $2::TIMESTAMP WITH TIME ZONE) AND block_span_2.valid_to <= $2::TIMESTAMP WITH TIME ZONE AND NOT (coalesce(mentor_1.away_since, 'infinity'::timestamptz) <= block_span_2.valid_to AND mentor_1.away_until > block_span_2.valid_to OR EXISTS
          (SELECT 1
          FROM block_span AS block_span_3
          WHERE block_span_3.wiki_id = $1::INTEGER AND (block_span_3.mentee_id = mentor_1.id AND block_span_3.valid_from <= block_span_2.valid_to AND block_span_3.valid_to > block_span_2.valid_to AND (block_span_3.scope = 'SITEWIDE' OR EXISTS
            (SELECT 1
            FROM block AS block_2
            WHERE block_2.wiki_id = $1::INTEGER AND (block_2.id = block_span_3.block_id AND (block_2.kind = 'GLOBAL_BLOCK' OR block_2.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0)) AND (block_span_2.scope = 'SITEWIDE' OR EXISTS
          (SELECT 1
          FROM block AS block_3
          WHERE block_3.wiki_id = $1::INTEGER AND (block_3.id = block_span_2.block_id AND (block_3.kind = 'GLOBAL_BLOCK' OR block_3.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) AND NOT (mentor_1.away_until >= least($3::TIMESTAMP WITH TIME ZONE, $2::TIMESTAMP WITH TIME ZONE) AND mentor_1.away_until <= $2::TIMESTAMP WITH TIME ZONE AND NOT (coalesce(mentor_1.away_since, 'infinity'::timestamptz) <= mentor_1.away_until AND mentor_1.away_until > mentor_1.away_until OR EXISTS
        (SELECT 1
        FROM block_span AS block_span_4
        WHERE block_span_4.wiki_id = $1::INTEGER AND (block_span_4.mentee_id = mentor_1.id AND block_span_4.valid_from <= mentor_1.away_until AND block_span_4.valid_to > mentor_1.away_until AND (block_span_4.scope = 'SITEWIDE' OR EXISTS
          (SELECT 1
          FROM block AS block_4
          WHERE block_4.wiki_id = $1::INTEGER AND (block_4.id = block_span_4.block_id AND (block_4.kind = 'GLOBAL_BLOCK' OR block_4.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0)))) AND (NOT account_1.is_hidden OR $4::BOOLEAN)) AS TEXT)
    || ',"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0, p.k1, p.k2), '')
    || ']}'
    FROM
      (SELECT account_2.name IS NULL AS k0, coalesce(account_2.name, '') AS k1, mentor_2.id AS k2, '{"userId":'
      || coalesce('"' || CAST(account_2.id AS TEXT) || '"', E'\x01{"!":["NULL",4]}')
      || ',"status":'
      || coalesce('"' || CASE WHEN (mentor_2.resigned_at <= $2::TIMESTAMP WITH TIME ZONE) THEN 'RESIGNED' WHEN EXISTS
        (SELECT 1
        FROM block_span AS block_span_5
        WHERE block_span_5.wiki_id = $1::INTEGER AND (block_span_5.mentee_id = mentor_2.id AND block_span_5.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND block_span_5.valid_to > $2::TIMESTAMP WITH TIME ZONE AND (block_span_5.scope = 'SITEWIDE' OR EXISTS
          (SELECT 1
          FROM block AS block_5
          WHERE block_5.wiki_id = $1::INTEGER AND (block_5.id = block_span_5.block_id AND (block_5.kind = 'GLOBAL_BLOCK' OR block_5.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) THEN 'BLOCKED' WHEN (mentor_2.away_until > $2::TIMESTAMP WITH TIME ZONE) THEN 'AWAY' ELSE 'AVAILABLE' END || '"', E'\x01{"!":["NULL",4]}')
      || '}' AS f0
      FROM mentor AS mentor_2
      LEFT JOIN account AS account_2 ON account_2.wiki_id = $1::INTEGER AND account_2.id = mentor_2.id
      WHERE mentor_2.wiki_id = $1::INTEGER AND (mentor_2.resigned_at > $2::TIMESTAMP WITH TIME ZONE AND (coalesce(mentor_2.away_since, 'infinity'::timestamptz) < least($3::TIMESTAMP WITH TIME ZONE, $2::TIMESTAMP WITH TIME ZONE) AND mentor_2.away_until >= least($3::TIMESTAMP WITH TIME ZONE, $2::TIMESTAMP WITH TIME ZONE) OR EXISTS
        (SELECT 1
        FROM block_span AS block_span_6
        WHERE block_span_6.wiki_id = $1::INTEGER AND (block_span_6.mentee_id = mentor_2.id AND block_span_6.valid_from < least($3::TIMESTAMP WITH TIME ZONE, $2::TIMESTAMP WITH TIME ZONE) AND block_span_6.valid_to >= least($3::TIMESTAMP WITH TIME ZONE, $2::TIMESTAMP WITH TIME ZONE) AND (block_span_6.scope = 'SITEWIDE' OR EXISTS
          (SELECT 1
          FROM block AS block_6
          WHERE block_6.wiki_id = $1::INTEGER AND (block_6.id = block_span_6.block_id AND (block_6.kind = 'GLOBAL_BLOCK' OR block_6.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0)) AND NOT EXISTS
        (SELECT 1
        FROM block_span AS block_span_7
        WHERE block_span_7.wiki_id = $1::INTEGER AND (block_span_7.mentee_id = mentor_2.id AND block_span_7.valid_to >= least($3::TIMESTAMP WITH TIME ZONE, $2::TIMESTAMP WITH TIME ZONE) AND block_span_7.valid_to <= $2::TIMESTAMP WITH TIME ZONE AND NOT (coalesce(mentor_2.away_since, 'infinity'::timestamptz) <= block_span_7.valid_to AND mentor_2.away_until > block_span_7.valid_to OR EXISTS
          (SELECT 1
          FROM block_span AS block_span_8
          WHERE block_span_8.wiki_id = $1::INTEGER AND (block_span_8.mentee_id = mentor_2.id AND block_span_8.valid_from <= block_span_7.valid_to AND block_span_8.valid_to > block_span_7.valid_to AND (block_span_8.scope = 'SITEWIDE' OR EXISTS
            (SELECT 1
            FROM block AS block_7
            WHERE block_7.wiki_id = $1::INTEGER AND (block_7.id = block_span_8.block_id AND (block_7.kind = 'GLOBAL_BLOCK' OR block_7.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0)) AND (block_span_7.scope = 'SITEWIDE' OR EXISTS
          (SELECT 1
          FROM block AS block_8
          WHERE block_8.wiki_id = $1::INTEGER AND (block_8.id = block_span_7.block_id AND (block_8.kind = 'GLOBAL_BLOCK' OR block_8.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0) AND NOT (mentor_2.away_until >= least($3::TIMESTAMP WITH TIME ZONE, $2::TIMESTAMP WITH TIME ZONE) AND mentor_2.away_until <= $2::TIMESTAMP WITH TIME ZONE AND NOT (coalesce(mentor_2.away_since, 'infinity'::timestamptz) <= mentor_2.away_until AND mentor_2.away_until > mentor_2.away_until OR EXISTS
        (SELECT 1
        FROM block_span AS block_span_9
        WHERE block_span_9.wiki_id = $1::INTEGER AND (block_span_9.mentee_id = mentor_2.id AND block_span_9.valid_from <= mentor_2.away_until AND block_span_9.valid_to > mentor_2.away_until AND (block_span_9.scope = 'SITEWIDE' OR EXISTS
          (SELECT 1
          FROM block AS block_9
          WHERE block_9.wiki_id = $1::INTEGER AND (block_9.id = block_span_9.block_id AND (block_9.kind = 'GLOBAL_BLOCK' OR block_9.kind = 'GLOBAL_LOCK')) OFFSET 0))) OFFSET 0)))) AND (NOT account_2.is_hidden OR $4::BOOLEAN)
      ORDER BY account_2.name IS NULL, coalesce(account_2.name, ''), mentor_2.id
      LIMIT 3) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
