SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"relationships":'
  ||
    (SELECT '{"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC), '')
    || '],"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM relationship AS relationship_1
      WHERE relationship_1.wiki_id = $1::INTEGER AND relationship_1.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz AND relationship_1.ends_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_1.role = 'PRIMARY' AND ((relationship_1.mentor_id = $3::BIGINT OR relationship_1.mentee_id = $3::BIGINT OR $4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_1
        WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = relationship_1.mentee_id AND NOT account_1.is_hidden OFFSET 0)) AND ($4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_2
        WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = relationship_1.mentor_id AND NOT account_2.is_hidden OFFSET 0)))) AS TEXT)
    || '}'
    FROM
      (SELECT relationship_2.started_at AS k0, relationship_2.id AS k1, '{"state":'
      || coalesce('"' || coalesce(relationship_span_1.state, 'ENDED') || '"', E'\x01{"!":["NULL",4]}')
      || ',"endedAt":'
      || coalesce(to_char(CASE WHEN (relationship_2.ends_at <= $2::TIMESTAMP WITH TIME ZONE) THEN relationship_2.ends_at END AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
      || ',"endedBecause":'
      || coalesce('"' || CASE WHEN (relationship_2.ends_at <= $2::TIMESTAMP WITH TIME ZONE) THEN CASE WHEN ($5::BOOLEAN OR relationship_2.mentee_id = $3::BIGINT) THEN relationship_2.ends_because ELSE CASE WHEN (relationship_2.ends_because = 'OPTED_OUT') THEN 'ENDED_BY_HAND' ELSE relationship_2.ends_because END END END || '"', 'null')
      || '}' AS f0
      FROM relationship AS relationship_2
      LEFT JOIN relationship_span AS relationship_span_1 ON relationship_span_1.wiki_id = $1::INTEGER AND relationship_span_1.relationship_id = relationship_2.id AND relationship_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE
      WHERE relationship_2.wiki_id = $1::INTEGER AND relationship_2.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_2.withdrawn_at = 'infinity'::timestamptz AND relationship_2.ends_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_2.role = 'PRIMARY' AND ((relationship_2.mentor_id = $3::BIGINT OR relationship_2.mentee_id = $3::BIGINT OR $4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_3
        WHERE account_3.wiki_id = $1::INTEGER AND account_3.id = relationship_2.mentee_id AND NOT account_3.is_hidden OFFSET 0)) AND ($4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_4
        WHERE account_4.wiki_id = $1::INTEGER AND account_4.id = relationship_2.mentor_id AND NOT account_4.is_hidden OFFSET 0)))
      ORDER BY relationship_2.started_at DESC, relationship_2.id DESC
      LIMIT 3) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
