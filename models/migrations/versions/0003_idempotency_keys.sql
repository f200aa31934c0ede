CREATE TABLE idempotency_key (
    wiki_id integer NOT NULL,
    key bytea NOT NULL,
    digest bytea NOT NULL,
    begun_at timestamptz(3) NOT NULL,
    PRIMARY KEY (wiki_id, key),
    CONSTRAINT idempotency_key_is_of_no_wiki CHECK (wiki_id = 0)
);
CREATE INDEX idempotency_key_by_age ON idempotency_key (wiki_id, begun_at);

CREATE TABLE idempotency_step (
    wiki_id integer NOT NULL,
    key bytea NOT NULL,
    begun_at timestamptz(3) NOT NULL,
    number integer NOT NULL,
    outcome jsonb NOT NULL,
    PRIMARY KEY (wiki_id, key, begun_at, number)
);
CREATE INDEX idempotency_step_by_age ON idempotency_step (wiki_id, begun_at);

-- A key that is a day old begins anew. A step stands for what was done, so it is never changed; both are removed in time.
GRANT SELECT, INSERT, DELETE ON idempotency_key, idempotency_step TO mentorgraph_app;
GRANT UPDATE ON idempotency_key TO mentorgraph_app;
