SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"events":'
  ||
    (SELECT '{"edges":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0, p.k1) FILTER (WHERE p.n <= 3), '')
    || '],"pageInfo":{"hasNextPage":'
    || CAST(count(*) > 3 AS TEXT)
    || '}}'
    FROM
      (SELECT relationship_event_1.xid AS k0, relationship_event_1.id AS k1, row_number() OVER (ORDER BY relationship_event_1.xid, relationship_event_1.id) AS n, '{"cursor":"'
      || replace(encode(convert_to('["16d8e7f53",' || CAST(relationship_event_1.xid AS TEXT) || ',' || CAST(relationship_event_1.id AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
      || '","node":{"id":"'
      || encode(convert_to('RelationshipEvent:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(relationship_event_1.id AS TEXT), 'UTF8'), 'base64')
      || '","kind":"'
      || relationship_event_1.kind
      || '","at":'
      || coalesce(to_char(relationship_event_1.at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",5]}')
      || ',"recordedAt":'
      || coalesce(to_char(relationship_event_1.recorded_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",5]}')
      || ',"fromState":'
      || coalesce('"' || relationship_event_1.from_state || '"', 'null')
      || ',"toState":"'
      || relationship_event_1.to_state
      || '","bulk":'
      || CAST(relationship_event_1.bulk AS TEXT)
      || '}}' AS f0
      FROM relationship_event AS relationship_event_1
      WHERE relationship_event_1.wiki_id = $1::INTEGER AND relationship_event_1.xid < CAST(CAST(CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) +
        (SELECT feed_clock_1.ahead
        FROM feed_clock AS feed_clock_1
        WHERE feed_clock_1.is_only) AS TEXT) AS xid8) AND NOT EXISTS
        (SELECT 1
        FROM relationship_event AS relationship_event_2
        WHERE relationship_event_2.wiki_id = $1::INTEGER AND relationship_event_2.withdraws_id = relationship_event_1.id OFFSET 0) AND ((relationship_event_1.mentor_id = $2::BIGINT OR relationship_event_1.mentee_id = $2::BIGINT OR $3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_1
        WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = relationship_event_1.mentee_id AND NOT account_1.is_hidden OFFSET 0)) AND ($3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_2
        WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = relationship_event_1.mentor_id AND NOT account_2.is_hidden OFFSET 0)))
      ORDER BY relationship_event_1.xid, relationship_event_1.id
      LIMIT 4) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
