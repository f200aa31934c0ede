-- The second wall: what is hidden is no row to those who read for others. See docs/decisions/0020.

-- A mentor's list is sorted by it; who is hidden has no place there that tells of their edits.
UPDATE relationship_span AS s SET last_edit_at = '-infinity'
FROM account AS a WHERE a.wiki_id = s.wiki_id AND a.id = s.mentee_id AND a.is_hidden;

-- Of blocks whose reason or performer was hidden until now; `mentorgraph rebuild` finds those of earlier changes too.
CREATE TABLE hidden_text (
    wiki_id integer NOT NULL,
    fact_id bigint NOT NULL,
    PRIMARY KEY (wiki_id, fact_id),
    CONSTRAINT hidden_text_is_of_a_fact FOREIGN KEY (wiki_id, fact_id) REFERENCES fact (wiki_id, id)
);
INSERT INTO hidden_text (wiki_id, fact_id)
SELECT t.wiki_id, t.fact_id FROM fact_text AS t
WHERE EXISTS (SELECT FROM block AS b WHERE b.wiki_id = t.wiki_id AND b.reason_by = t.fact_id
              AND b.reason IS NULL AND t.reason IS NOT NULL)
   OR EXISTS (SELECT FROM block AS b WHERE b.wiki_id = t.wiki_id AND b.placed_by = t.fact_id
              AND b.performer IS NULL AND t.performer IS NOT NULL);

GRANT SELECT, INSERT, DELETE ON hidden_text TO mentorgraph_app;

-- Readers change nothing, and read what statements name: no digest of a token, no name that a fact gave, no plan of a job.
GRANT SELECT ON
    wiki, policy, account, account_name, suppressed_name, mentor, mentor_term, fact, hidden_text, block,
    block_span, relationship, relationship_span, relationship_event, mentee_span, need, feed_clock, star
    TO mentorgraph_public, mentorgraph_overseer;
GRANT SELECT (wiki_id, fact_id, reason, performer) ON fact_text
    TO mentorgraph_public, mentorgraph_overseer;
GRANT SELECT (wiki_id, id, kind, state, done, total, result, started_at, finished_at) ON job
    TO mentorgraph_public, mentorgraph_overseer;
GRANT SELECT ON alembic_version TO mentorgraph_public, mentorgraph_overseer;
GRANT SELECT (id, prefix, name, scopes, created_at, created_by, expires_at, revoked_at, last_used_at) ON token
    TO mentorgraph_public, mentorgraph_overseer;

ALTER TABLE suppressed_name ENABLE ROW LEVEL SECURITY;
CREATE POLICY suppressed_name_is_written_whole ON suppressed_name TO mentorgraph_app USING (true) WITH CHECK (true);
CREATE POLICY suppressed_name_is_there ON suppressed_name FOR SELECT TO mentorgraph_overseer USING (true);

ALTER TABLE fact_text ENABLE ROW LEVEL SECURITY;
CREATE POLICY fact_text_is_written_whole ON fact_text TO mentorgraph_app USING (true) WITH CHECK (true);
CREATE POLICY fact_text_is_there_unless_hidden ON fact_text FOR SELECT TO mentorgraph_public
    USING (NOT EXISTS (
        SELECT FROM hidden_text AS h WHERE h.wiki_id = fact_text.wiki_id AND h.fact_id = fact_text.fact_id));
CREATE POLICY fact_text_is_there ON fact_text FOR SELECT TO mentorgraph_overseer USING (true);
