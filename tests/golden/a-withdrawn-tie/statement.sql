SELECT convert_to('{"node":' || coalesce(
  (SELECT '{"withdrawnAt":'
  || coalesce(to_char(relationship_1.withdrawn_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
  || ',"state":'
  || coalesce('"' || coalesce(relationship_span_1.state, 'ENDED') || '"', E'\x01{"!":["NULL",1]}')
  || ',"startedAt":'
  || coalesce(to_char(relationship_1.started_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",1]}')
  || ',"spans":'
  ||
    (SELECT '['
    || coalesce(string_agg('{"state":"' || relationship_span_2.state || '"}', ',' ORDER BY relationship_span_2.valid_from), '')
    || ']'
    FROM relationship_span AS relationship_span_2
    WHERE relationship_span_2.wiki_id = $1::INTEGER AND relationship_span_2.relationship_id = relationship_1.id)
  || ',"events":'
  ||
    (SELECT '{"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC), '')
    || ']}'
    FROM
      (SELECT relationship_event_1.id AS k0, '{"kind":"'
      || relationship_event_1.kind
      || '","at":'
      || coalesce(to_char(relationship_event_1.at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",4]}')
      || '}' AS f0
      FROM relationship_event AS relationship_event_1
      WHERE relationship_event_1.wiki_id = $1::INTEGER AND relationship_event_1.relationship_id = relationship_1.id AND NOT EXISTS
        (SELECT 1
        FROM relationship_event AS relationship_event_2
        WHERE relationship_event_2.wiki_id = $1::INTEGER AND relationship_event_2.withdraws_id = relationship_event_1.id OFFSET 0) AND ((relationship_event_1.mentor_id = $2::BIGINT OR relationship_event_1.mentee_id = $2::BIGINT OR $3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_1
        WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = relationship_event_1.mentee_id AND NOT account_1.is_hidden OFFSET 0)) AND ($3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_2
        WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = relationship_event_1.mentor_id AND NOT account_2.is_hidden OFFSET 0)))
      ORDER BY relationship_event_1.id DESC
      LIMIT 2) AS p
    HAVING true)
  || '}'
  FROM relationship AS relationship_1
  LEFT JOIN relationship_span AS relationship_span_1 ON relationship_span_1.wiki_id = $1::INTEGER AND relationship_span_1.relationship_id = relationship_1.id AND relationship_span_1.valid_from <= $4::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $4::TIMESTAMP WITH TIME ZONE
  WHERE relationship_1.wiki_id = $1::INTEGER AND (relationship_1.id = $5::BIGINT AND (relationship_1.started_at <= $4::TIMESTAMP WITH TIME ZONE OR relationship_1.withdrawn_at < 'infinity'::timestamptz OR EXISTS
    (SELECT 1
    FROM relationship_event AS relationship_event_3
    WHERE relationship_event_3.wiki_id = $1::INTEGER AND relationship_event_3.relationship_id = relationship_1.id OFFSET 0))) AND ((relationship_1.mentor_id = $2::BIGINT OR relationship_1.mentee_id = $2::BIGINT OR $3::BOOLEAN OR EXISTS
    (SELECT 1
    FROM account AS account_3
    WHERE account_3.wiki_id = $1::INTEGER AND account_3.id = relationship_1.mentee_id AND NOT account_3.is_hidden OFFSET 0)) AND ($3::BOOLEAN OR EXISTS
    (SELECT 1
    FROM account AS account_4
    WHERE account_4.wiki_id = $1::INTEGER AND account_4.id = relationship_1.mentor_id AND NOT account_4.is_hidden OFFSET 0)))), 'null') || '}', 'UTF8');
