-- A need is answered near a sign of life. When that was stands beside it, so that the needs that nobody will ever answer,
-- of which an import makes one for every mentee, are not looked at.

ALTER TABLE need
    ADD COLUMN signed_at timestamptz(3) DEFAULT '-infinity' NOT NULL,
    ADD COLUMN last_edit_at timestamptz(3) DEFAULT '-infinity' NOT NULL;
UPDATE need AS n SET last_edit_at = a.last_edit_at, signed_at = greatest(
    a.registered_key,
    (SELECT max(s.blocked_until) FROM mentee_span AS s
     WHERE s.wiki_id = n.wiki_id AND s.mentee_id = n.mentee_id AND s.blocked_since IS NOT NULL
       AND s.blocked_until < n.valid_to),
    (SELECT max(f.occurred_at) FROM fact AS f
     WHERE f.wiki_id = n.wiki_id AND f.mentee_id = n.mentee_id AND f.kind = 'OPTED_IN'))
FROM account AS a
WHERE a.wiki_id = n.wiki_id AND a.id = n.mentee_id;
CREATE INDEX need_sought ON need (wiki_id, greatest(signed_at, last_edit_at)) WHERE valid_to = 'infinity';
