-- How far the feed's count of transactions is ahead of the cluster's own: it is, after a dump is restored elsewhere.

CREATE TABLE feed_clock (
    is_only boolean NOT NULL,
    ahead bigint NOT NULL,
    PRIMARY KEY (is_only),
    CONSTRAINT feed_clock_has_one_row CHECK (is_only)
);
INSERT INTO feed_clock (is_only, ahead) VALUES (true, 0);
GRANT SELECT ON feed_clock TO mentorgraph_app;
