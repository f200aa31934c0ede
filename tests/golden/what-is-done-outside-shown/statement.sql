SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"deliveries":'
  ||
    (SELECT '{"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM outbox AS outbox_1
      LEFT JOIN relationship_event AS relationship_event_1 ON relationship_event_1.wiki_id = $1::INTEGER AND relationship_event_1.id = outbox_1.event_id
      WHERE outbox_1.wiki_id = $1::INTEGER AND outbox_1.state = ANY ($2::TEXT[]) AND outbox_1.notification = ANY ($3::TEXT[]) AND ($4::BOOLEAN AND ($5::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_1
        WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = outbox_1.mentee_id AND NOT account_1.is_hidden OFFSET 0)) AND ($5::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_2
        WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = relationship_event_1.mentor_id AND NOT account_2.is_hidden OFFSET 0)))) AS TEXT)
    || ',"edges":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC) FILTER (WHERE p.n <= 4), '')
    || '],"pageInfo":{"hasNextPage":'
    || CAST(count(*) > 4 AS TEXT)
    || ',"endCursor":'
    || coalesce('"' || replace(encode(convert_to('["1934680d7",' || CAST((array_agg(p.k0 ORDER BY p.k0 DESC) FILTER (WHERE p.n <= 4))[least(count(*), 4)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
    || '}}'
    FROM
      (SELECT outbox_2.id AS k0, row_number() OVER (ORDER BY outbox_2.id DESC) AS n, '{"cursor":"'
      || replace(encode(convert_to('["1934680d7",' || CAST(outbox_2.id AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
      || '","node":{"id":"'
      || encode(convert_to('Delivery:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(outbox_2.id AS TEXT), 'UTF8'), 'base64')
      || '","kind":"'
      || outbox_2.notification
      || '","state":"'
      || outbox_2.state
      || '","tries":'
      || CAST(outbox_2.tries AS TEXT)
      || ',"said":'
      || coalesce(CAST(to_json(outbox_2.said) AS TEXT), 'null')
      || ',"createdAt":'
      || coalesce(to_char(outbox_2.created_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",5]}')
      || ',"sentAt":'
      || coalesce(to_char(outbox_2.sent_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
      || ',"event":'
      || coalesce(
        (SELECT '{"kind":"'
        || relationship_event_2.kind
        || '","at":'
        || coalesce(to_char(relationship_event_2.at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",6]}')
        || '}'
        FROM relationship_event AS relationship_event_2
        WHERE relationship_event_2.wiki_id = $1::INTEGER AND relationship_event_2.id = outbox_2.event_id AND ((relationship_event_2.mentor_id = $6::BIGINT OR relationship_event_2.mentee_id = $6::BIGINT OR $5::BOOLEAN OR EXISTS
          (SELECT 1
          FROM account AS account_3
          WHERE account_3.wiki_id = $1::INTEGER AND account_3.id = relationship_event_2.mentee_id AND NOT account_3.is_hidden OFFSET 0)) AND ($5::BOOLEAN OR EXISTS
          (SELECT 1
          FROM account AS account_4
          WHERE account_4.wiki_id = $1::INTEGER AND account_4.id = relationship_event_2.mentor_id AND NOT account_4.is_hidden OFFSET 0)))), E'\x01{"!":["NULL",5]}')
      || ',"webhook":'
      || coalesce(
        (SELECT '{"url":'
        || CAST(to_json(webhook_1.url) AS TEXT)
        || '}'
        FROM webhook AS webhook_1
        WHERE webhook_1.wiki_id = $1::INTEGER AND webhook_1.id = outbox_2.webhook_id AND $4::BOOLEAN), 'null')
      || '}}' AS f0
      FROM outbox AS outbox_2
      LEFT JOIN relationship_event AS relationship_event_3 ON relationship_event_3.wiki_id = $1::INTEGER AND relationship_event_3.id = outbox_2.event_id
      WHERE outbox_2.wiki_id = $1::INTEGER AND outbox_2.state = ANY ($2::TEXT[]) AND outbox_2.notification = ANY ($3::TEXT[]) AND ($4::BOOLEAN AND ($5::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_5
        WHERE account_5.wiki_id = $1::INTEGER AND account_5.id = outbox_2.mentee_id AND NOT account_5.is_hidden OFFSET 0)) AND ($5::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_6
        WHERE account_6.wiki_id = $1::INTEGER AND account_6.id = relationship_event_3.mentor_id AND NOT account_6.is_hidden OFFSET 0)))
      ORDER BY outbox_2.id DESC
      LIMIT 5) AS p
    HAVING true)
  || ',"webhooks":'
  ||
    (SELECT '['
    || coalesce(string_agg('{"id":"' || encode(convert_to('Webhook:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(webhook_2.id AS TEXT), 'UTF8'), 'base64') || '","url":' || CAST(to_json(webhook_2.url) AS TEXT) || ',"kinds":' || coalesce(CAST(to_json(webhook_2.kinds) AS TEXT), 'null') || ',"createdAt":' || coalesce(to_char(webhook_2.created_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",3]}') || ',"createdBy":' || CAST(to_json(webhook_2.created_by) AS TEXT) || ',"rotatedAt":' || coalesce(to_char(webhook_2.rotated_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null') || ',"endedAt":' || coalesce(to_char(webhook_2.ended_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null') || ',"endedBecause":' || coalesce(CAST(to_json(webhook_2.ended_because) AS TEXT), 'null') || '}', ',' ORDER BY webhook_2.id), '')
    || ']'
    FROM webhook AS webhook_2
    WHERE webhook_2.wiki_id = $1::INTEGER AND $4::BOOLEAN)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
