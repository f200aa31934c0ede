SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"deliveries":'
  ||
    (SELECT '{"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM outbox AS outbox_1
      LEFT JOIN relationship_event AS relationship_event_1 ON relationship_event_1.wiki_id = $1::INTEGER AND relationship_event_1.id = outbox_1.event_id
      WHERE outbox_1.wiki_id = $1::INTEGER AND ($2::BOOLEAN AND ($3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_1
        WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = outbox_1.mentee_id AND NOT account_1.is_hidden OFFSET 0)) AND ($3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_2
        WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = relationship_event_1.mentor_id AND NOT account_2.is_hidden OFFSET 0)))) AS TEXT)
    || ',"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC), '')
    || ']}'
    FROM
      (SELECT outbox_2.id AS k0, '{"id":"'
      || encode(convert_to('Delivery:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(outbox_2.id AS TEXT), 'UTF8'), 'base64')
      || '"}' AS f0
      FROM outbox AS outbox_2
      LEFT JOIN relationship_event AS relationship_event_2 ON relationship_event_2.wiki_id = $1::INTEGER AND relationship_event_2.id = outbox_2.event_id
      WHERE outbox_2.wiki_id = $1::INTEGER AND ($2::BOOLEAN AND ($3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_3
        WHERE account_3.wiki_id = $1::INTEGER AND account_3.id = outbox_2.mentee_id AND NOT account_3.is_hidden OFFSET 0)) AND ($3::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_4
        WHERE account_4.wiki_id = $1::INTEGER AND account_4.id = relationship_event_2.mentor_id AND NOT account_4.is_hidden OFFSET 0)))
      ORDER BY outbox_2.id DESC
      LIMIT 4) AS p
    HAVING true)
  || ',"webhooks":'
  ||
    (SELECT '['
    || coalesce(string_agg('{"id":"' || encode(convert_to('Webhook:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(webhook_1.id AS TEXT), 'UTF8'), 'base64') || '"}', ',' ORDER BY webhook_1.id), '')
    || ']'
    FROM webhook AS webhook_1
    WHERE webhook_1.wiki_id = $1::INTEGER AND $2::BOOLEAN)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || ',"node":' || coalesce(
  (SELECT '{"id":"'
  || encode(convert_to('Webhook:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(webhook_2.id AS TEXT), 'UTF8'), 'base64')
  || '"}'
  FROM webhook AS webhook_2
  WHERE webhook_2.wiki_id = $1::INTEGER AND webhook_2.id = $4::BIGINT AND $2::BOOLEAN), 'null') || '}', 'UTF8');
