-- What a job needs to be taken up again by whoever comes next, and to say what came of it.

ALTER TABLE job ALTER COLUMN done SET DEFAULT 0;
-- Jobs that go from account to account go in the order of ids: this is the last one that is done with.
ALTER TABLE job ADD COLUMN reached bigint DEFAULT -1 NOT NULL;
ALTER TABLE job ADD COLUMN result jsonb;
ALTER TABLE job ADD COLUMN error varchar;
ALTER TABLE job ADD CONSTRAINT job_that_failed_says_why CHECK (state <> 'FAILED' OR error IS NOT NULL);
ALTER TABLE job ADD CONSTRAINT job_is_finished_unless_it_runs CHECK ((state = 'RUNNING') = (finished_at IS NULL));
-- Looked at every second, by every server.
CREATE INDEX job_running ON job (wiki_id, id) WHERE state = 'RUNNING';
