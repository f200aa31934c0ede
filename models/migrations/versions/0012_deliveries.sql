-- What is to be done on a wiki: when, how often it was tried, and what came of it. For one mentee after the other.

ALTER TABLE outbox
    ADD mentee_id bigint,
    ADD state varchar DEFAULT 'WAITING' NOT NULL,
    ADD due_at timestamptz(3) DEFAULT '-infinity' NOT NULL,
    ADD tries integer DEFAULT 0 NOT NULL,
    ADD claimed_until timestamptz(3) DEFAULT '-infinity' NOT NULL,
    ADD said varchar;
UPDATE outbox AS o SET mentee_id = e.mentee_id, state = CASE WHEN o.sent_at IS NULL THEN 'WAITING' ELSE 'SENT' END
FROM relationship_event AS e WHERE e.wiki_id = o.wiki_id AND e.id = o.event_id;
ALTER TABLE outbox
    ALTER mentee_id SET NOT NULL,
    ADD CONSTRAINT outbox_state_is_known CHECK (state IN ('WAITING', 'SENT', 'LEFT_OUT', 'DEAD')),
    ADD CONSTRAINT outbox_was_sent_at_a_moment CHECK ((state = 'SENT') = (sent_at IS NOT NULL));
DROP INDEX outbox_waiting;
CREATE INDEX outbox_by_mentee ON outbox (wiki_id, mentee_id, id);
CREATE INDEX outbox_due ON outbox (wiki_id, id) WHERE state = 'WAITING';
CREATE INDEX outbox_by_age ON outbox (wiki_id, created_at);
CREATE INDEX outbox_dead ON outbox (wiki_id, id) WHERE state = 'DEAD'
