-- Addresses elsewhere that are told what happens. What signs their messages is kept nowhere.

CREATE TABLE webhook (
    wiki_id integer NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    url varchar NOT NULL,
    kinds text[],
    generation integer DEFAULT 1 NOT NULL,
    created_at timestamptz(3) NOT NULL,
    created_by varchar NOT NULL,
    rotated_at timestamptz(3),
    ended_at timestamptz(3),
    ended_because varchar,
    PRIMARY KEY (wiki_id, id),
    CONSTRAINT webhook_has_a_safe_address CHECK (url LIKE 'https://%' AND char_length(url) <= 2000),
    CONSTRAINT webhook_ended_for_a_reason CHECK ((ended_at IS NULL) = (ended_because IS NULL))
);
CREATE INDEX webhook_told ON webhook (wiki_id, id) WHERE ended_at IS NULL;
ALTER TABLE outbox
    ADD webhook_id bigint,
    ADD CONSTRAINT outbox_goes_to_a_webhook FOREIGN KEY (wiki_id, webhook_id) REFERENCES webhook (wiki_id, id),
    ADD CONSTRAINT outbox_names_its_webhook CHECK ((notification = 'WEBHOOK') = (webhook_id IS NOT NULL));
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (wiki_id, id) WHERE state = 'WAITING' AND webhook_id IS NULL;
CREATE INDEX outbox_due_to_webhook ON outbox (wiki_id, webhook_id, id)
    WHERE state = 'WAITING' AND webhook_id IS NOT NULL;
GRANT SELECT, INSERT, UPDATE ON webhook TO mentorgraph_app;
GRANT SELECT ON webhook, outbox TO mentorgraph_public, mentorgraph_overseer
