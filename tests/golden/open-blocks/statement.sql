SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"blocks":'
  ||
    (SELECT '{"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC), '')
    || '],"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM block AS block_1
      WHERE block_1.wiki_id = $1::INTEGER AND block_1.withdrawn_at = 'infinity'::timestamptz AND block_1.placed_at <= $2::TIMESTAMP WITH TIME ZONE AND block_1.expires_at > $2::TIMESTAMP WITH TIME ZONE AND block_1.lifted_at > $2::TIMESTAMP WITH TIME ZONE AND block_1.kind = ANY ($3::TEXT[]) AND ($4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_1
        WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = block_1.mentee_id AND NOT account_1.is_hidden OFFSET 0))) AS TEXT)
    || '}'
    FROM
      (SELECT block_2.placed_at AS k0, block_2.id AS k1, '{"blockId":'
      || CAST(to_json(block_2.block_id) AS TEXT)
      || ',"kind":"'
      || block_2.kind
      || '","scope":"'
      || block_2.scope
      || '","category":"'
      || block_2.category
      || '","categorySource":"'
      || block_2.category_source
      || '","placedAt":'
      || coalesce(to_char(block_2.placed_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",4]}')
      || ',"expiresAt":'
      || coalesce(to_char(block_2.expires_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
      || ',"isIndefinite":'
      || coalesce(CAST(block_2.expires_at = 'infinity'::timestamptz AS TEXT), E'\x01{"!":["NULL",4]}')
      || ',"liftedAt":'
      || coalesce(to_char(CASE WHEN (block_2.lifted_at <= $2::TIMESTAMP WITH TIME ZONE) THEN block_2.lifted_at END AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
      || ',"isOpen":'
      || coalesce(CAST(block_2.placed_at <= $2::TIMESTAMP WITH TIME ZONE AND block_2.expires_at > $2::TIMESTAMP WITH TIME ZONE AND block_2.lifted_at > $2::TIMESTAMP WITH TIME ZONE AS TEXT), E'\x01{"!":["NULL",4]}')
      || ',"unblockRequested":'
      || CAST(block_2.unblock_requested AS TEXT)
      || ',"target":'
      || coalesce(
        (SELECT '{"name":'
        || coalesce(CAST(to_json(coalesce(account_2.name, CASE WHEN $4::BOOLEAN THEN
          (SELECT suppressed_name_1.name
          FROM suppressed_name AS suppressed_name_1
          WHERE suppressed_name_1.wiki_id = $1::INTEGER AND suppressed_name_1.account_id = account_2.id
          ORDER BY suppressed_name_1.valid_to DESC
          LIMIT 1) END)) AS TEXT), 'null')
        || '}'
        FROM account AS account_2
        WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = block_2.mentee_id AND (NOT account_2.is_hidden OR $4::BOOLEAN OR account_2.id = $5::BIGINT OR EXISTS
          (SELECT 1
          FROM relationship AS relationship_1
          WHERE relationship_1.wiki_id = $1::INTEGER AND relationship_1.mentee_id = account_2.id AND relationship_1.mentor_id = $5::BIGINT AND relationship_1.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz OFFSET 0))), E'\x01{"!":["NULL",4]}')
      || '}' AS f0
      FROM block AS block_2
      WHERE block_2.wiki_id = $1::INTEGER AND block_2.withdrawn_at = 'infinity'::timestamptz AND block_2.placed_at <= $2::TIMESTAMP WITH TIME ZONE AND block_2.expires_at > $2::TIMESTAMP WITH TIME ZONE AND block_2.lifted_at > $2::TIMESTAMP WITH TIME ZONE AND block_2.kind = ANY ($3::TEXT[]) AND ($4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_3
        WHERE account_3.wiki_id = $1::INTEGER AND account_3.id = block_2.mentee_id AND NOT account_3.is_hidden OFFSET 0))
      ORDER BY block_2.placed_at DESC, block_2.id DESC
      LIMIT 3) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
