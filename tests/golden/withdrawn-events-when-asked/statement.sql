SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"events":'
  ||
    (SELECT '{"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0, p.k1), '')
    || '],"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM relationship_event AS relationship_event_1
      WHERE relationship_event_1.wiki_id = $1::INTEGER AND relationship_event_1.xid < CAST(CAST(CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) +
        (SELECT feed_clock_1.ahead
        FROM feed_clock AS feed_clock_1
        WHERE feed_clock_1.is_only) AS TEXT) AS xid8) AND relationship_event_1.id = ANY (ARRAY
        (SELECT relationship_event_2.withdraws_id
        FROM relationship_event AS relationship_event_2
        WHERE relationship_event_2.wiki_id = $1::INTEGER AND relationship_event_2.withdraws_id IS NOT NULL)) AND relationship_event_1.kind = ANY ($2::TEXT[]) AND ((relationship_event_1.mentor_id = $3::BIGINT OR relationship_event_1.mentee_id = $3::BIGINT OR $4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_1
        WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = relationship_event_1.mentee_id AND NOT account_1.is_hidden OFFSET 0)) AND ($4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_2
        WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = relationship_event_1.mentor_id AND NOT account_2.is_hidden OFFSET 0)))) AS TEXT)
    || '}'
    FROM
      (SELECT relationship_event_3.xid AS k0, relationship_event_3.id AS k1, '{"kind":"'
      || relationship_event_3.kind
      || '","withdrawnAt":'
      || coalesce(to_char(
        (SELECT relationship_event_4.recorded_at
        FROM relationship_event AS relationship_event_4
        WHERE relationship_event_4.wiki_id = $1::INTEGER AND relationship_event_4.withdraws_id = relationship_event_3.id) AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
      || '}' AS f0
      FROM relationship_event AS relationship_event_3
      WHERE relationship_event_3.wiki_id = $1::INTEGER AND relationship_event_3.xid < CAST(CAST(CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) +
        (SELECT feed_clock_2.ahead
        FROM feed_clock AS feed_clock_2
        WHERE feed_clock_2.is_only) AS TEXT) AS xid8) AND relationship_event_3.id = ANY (ARRAY
        (SELECT relationship_event_5.withdraws_id
        FROM relationship_event AS relationship_event_5
        WHERE relationship_event_5.wiki_id = $1::INTEGER AND relationship_event_5.withdraws_id IS NOT NULL)) AND relationship_event_3.kind = ANY ($2::TEXT[]) AND ((relationship_event_3.mentor_id = $3::BIGINT OR relationship_event_3.mentee_id = $3::BIGINT OR $4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_3
        WHERE account_3.wiki_id = $1::INTEGER AND account_3.id = relationship_event_3.mentee_id AND NOT account_3.is_hidden OFFSET 0)) AND ($4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_4
        WHERE account_4.wiki_id = $1::INTEGER AND account_4.id = relationship_event_3.mentor_id AND NOT account_4.is_hidden OFFSET 0)))
      ORDER BY relationship_event_3.xid, relationship_event_3.id
      LIMIT 2) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
