-- Whose name is hidden is hidden as whoever acted too, where it was written down before the account was known.

CREATE INDEX fact_text_by_performer ON fact_text (wiki_id, performer) WHERE performer IS NOT NULL;
GRANT UPDATE (performer_id) ON fact TO mentorgraph_app;

UPDATE fact AS f SET performer_id = n.account_id
FROM fact_text AS t JOIN suppressed_name AS n ON n.wiki_id = t.wiki_id AND n.name = t.performer
WHERE f.wiki_id = t.wiki_id AND f.id = t.fact_id AND f.performer_id IS NULL;
UPDATE block AS b SET performer = NULL, performer_id = n.account_id
FROM suppressed_name AS n WHERE n.wiki_id = b.wiki_id AND n.name = b.performer;
UPDATE fact_text AS t SET performer = NULL
WHERE EXISTS (SELECT FROM suppressed_name AS n WHERE n.wiki_id = t.wiki_id AND n.name = t.performer);
