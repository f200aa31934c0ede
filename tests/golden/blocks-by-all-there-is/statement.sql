SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"blocks":'
  ||
    (SELECT '{"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM block AS block_1
      WHERE block_1.wiki_id = $1::INTEGER AND block_1.withdrawn_at = 'infinity'::timestamptz AND block_1.kind = 'LOCAL' AND block_1.scope = 'SITEWIDE' AND block_1.category = ANY ($2::TEXT[]) AND block_1.placed_at >= $3::TIMESTAMP WITH TIME ZONE AND block_1.placed_at < 'infinity' AND ($4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_1
        WHERE account_1.wiki_id = $1::INTEGER AND account_1.id = block_1.mentee_id AND NOT account_1.is_hidden OFFSET 0))) AS TEXT)
    || ',"nodes":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC), '')
    || ']}'
    FROM
      (SELECT block_2.placed_at AS k0, block_2.id AS k1, '{"id":"'
      || encode(convert_to('Block:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(block_2.id AS TEXT), 'UTF8'), 'base64')
      || '","kind":"'
      || block_2.kind
      || '","scope":"'
      || block_2.scope
      || '","category":"'
      || block_2.category
      || '"}' AS f0
      FROM block AS block_2
      WHERE block_2.wiki_id = $1::INTEGER AND block_2.withdrawn_at = 'infinity'::timestamptz AND block_2.kind = 'LOCAL' AND block_2.scope = 'SITEWIDE' AND block_2.category = ANY ($2::TEXT[]) AND block_2.placed_at >= $3::TIMESTAMP WITH TIME ZONE AND block_2.placed_at < 'infinity' AND ($4::BOOLEAN OR EXISTS
        (SELECT 1
        FROM account AS account_2
        WHERE account_2.wiki_id = $1::INTEGER AND account_2.id = block_2.mentee_id AND NOT account_2.is_hidden OFFSET 0))
      ORDER BY block_2.placed_at DESC, block_2.id DESC
      LIMIT 3) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
