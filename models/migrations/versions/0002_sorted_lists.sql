-- Every order of a wiki's lists has its index. Keys are never NULL: an order says what stands for nothing.

ALTER TABLE account
    ADD COLUMN question_count integer,
    ADD COLUMN reverted_edit_count integer,
    ADD CONSTRAINT account_questions_are_counted CHECK (question_count >= 0),
    ADD CONSTRAINT account_reverts_are_counted CHECK (reverted_edit_count >= 0);
CREATE INDEX account_by_last_edit ON account (wiki_id, last_edit_at, id) WHERE is_mentee;
CREATE INDEX account_by_edits ON account (wiki_id, edit_count, id) WHERE is_mentee;
CREATE INDEX account_by_blocks ON account (wiki_id, block_count, id) WHERE is_mentee;
CREATE INDEX account_by_questions ON account (wiki_id, coalesce(question_count, -1), id) WHERE is_mentee;
CREATE INDEX account_by_reverts ON account (wiki_id, coalesce(reverted_edit_count, -1), id) WHERE is_mentee;
-- Who has no name to be told comes last in both directions, so each direction has an index. No look-up used the first:
-- a name is looked up in account_name.
DROP INDEX account_by_name;
CREATE INDEX account_by_name ON account (wiki_id, (name IS NULL), coalesce(name, ''), id) WHERE is_mentee;
CREATE INDEX account_by_name_down ON account (wiki_id, (name IS NOT NULL), coalesce(name, ''), id) WHERE is_mentee;
CREATE INDEX account_hidden ON account (wiki_id, id) WHERE is_hidden;
CREATE INDEX account_name_by_prefix ON account_name (wiki_id, (lower(name) COLLATE "C"), account_id);

-- A stretch is one of several in a row that read the same to everyone: from when to when they do is kept with each.
ALTER TABLE mentee_span ADD COLUMN told_since timestamptz(3), ADD COLUMN told_until timestamptz(3);
UPDATE mentee_span AS s SET told_since = run.told_since, told_until = run.told_until
FROM (
    SELECT wiki_id, mentee_id, valid_from,
        min(valid_from) OVER same AS told_since, max(valid_to) OVER same AS told_until
    FROM (
        SELECT *, count(*) FILTER (WHERE turns) OVER (PARTITION BY wiki_id, mentee_id ORDER BY valid_from) AS turn
        FROM (
            SELECT *, (told_state, valid_from) IS DISTINCT FROM
                (lag(told_state) OVER each, lag(valid_to) OVER each) AS turns
            FROM mentee_span
            WINDOW each AS (PARTITION BY wiki_id, mentee_id ORDER BY valid_from)
        ) AS turning
    ) AS numbered
    WINDOW same AS (PARTITION BY wiki_id, mentee_id, turn)
) AS run
WHERE (s.wiki_id, s.mentee_id, s.valid_from) = (run.wiki_id, run.mentee_id, run.valid_from);
ALTER TABLE mentee_span
    ALTER COLUMN told_since SET NOT NULL,
    ALTER COLUMN told_until SET NOT NULL,
    ADD CONSTRAINT mentee_span_is_part_of_what_is_told CHECK (told_since <= valid_from AND told_until >= valid_to);
CREATE INDEX mentee_span_by_told_since ON mentee_span (wiki_id, told_since, mentee_id, valid_to, valid_from);
CREATE INDEX mentee_span_by_told_until ON mentee_span (wiki_id, told_until, mentee_id, valid_to, valid_from);

CREATE INDEX relationship_by_end ON relationship (wiki_id, ends_at, id, withdrawn_at);
CREATE INDEX relationship_by_withdrawal ON relationship (wiki_id, withdrawn_at, id, ends_at);
CREATE INDEX relationship_span_by_start ON relationship_span (wiki_id, valid_from, relationship_id, valid_to);
CREATE INDEX relationship_span_by_end ON relationship_span (wiki_id, valid_to, relationship_id, valid_from);
-- How many mentees a mentor has: read from the index alone, and without the stretches that are over.
CREATE INDEX relationship_span_open
    ON relationship_span (wiki_id, mentor_id, role, state, valid_to, valid_from, mentee_id);

-- Some days of the feed.
CREATE INDEX relationship_event_by_moment ON relationship_event (wiki_id, at, id);
