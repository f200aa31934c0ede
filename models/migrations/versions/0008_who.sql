-- Who asks: tokens, the roles that accounts were given, what callers have done, and whom mentors have starred.

CREATE TABLE token (
    id bigint GENERATED ALWAYS AS IDENTITY,
    digest bytea NOT NULL,
    prefix varchar NOT NULL,
    name varchar NOT NULL,
    scopes jsonb NOT NULL,
    accounts jsonb DEFAULT '{}' NOT NULL,
    created_at timestamptz(3) NOT NULL,
    created_by varchar NOT NULL,
    expires_at timestamptz(3),
    revoked_at timestamptz(3),
    revoked_by varchar,
    last_used_at timestamptz(3),
    PRIMARY KEY (id),
    CONSTRAINT token_is_known_by_its_digest UNIQUE (digest),
    CONSTRAINT token_digest_is_a_sha256 CHECK (octet_length(digest) = 32),
    CONSTRAINT token_has_a_name CHECK (char_length(name) BETWEEN 1 AND 100)
);

CREATE TABLE role (
    wiki_id integer NOT NULL,
    account_id bigint NOT NULL,
    role varchar NOT NULL,
    sees_hidden boolean DEFAULT false NOT NULL,
    granted_at timestamptz(3) NOT NULL,
    granted_by varchar NOT NULL,
    PRIMARY KEY (wiki_id, account_id, role),
    CONSTRAINT role_is_of_an_account FOREIGN KEY (wiki_id, account_id) REFERENCES account (wiki_id, id),
    CONSTRAINT role_is_known CHECK (role IN ('READER', 'MENTEE', 'MENTOR', 'COORDINATOR', 'SERVICE', 'ADMIN'))
);

CREATE TABLE deed (
    wiki_id integer NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    done_at timestamptz(3) NOT NULL,
    doer varchar NOT NULL,
    mutation varchar NOT NULL,
    facts bigint[] DEFAULT '{}' NOT NULL,
    PRIMARY KEY (wiki_id, id)
);
CREATE INDEX deed_by_time ON deed (wiki_id, done_at);

CREATE TABLE star (
    wiki_id integer NOT NULL,
    mentor_id bigint NOT NULL,
    mentee_id bigint NOT NULL,
    starred_at timestamptz(3) NOT NULL,
    PRIMARY KEY (wiki_id, mentor_id, mentee_id),
    CONSTRAINT star_is_by_a_mentor FOREIGN KEY (wiki_id, mentor_id) REFERENCES mentor (wiki_id, id),
    CONSTRAINT star_is_of_an_account FOREIGN KEY (wiki_id, mentee_id) REFERENCES account (wiki_id, id)
);
CREATE INDEX star_by_mentee ON star (wiki_id, mentee_id);

-- A token can be revoked, and never be given other rights or be deleted: what was done with it names it. A deed is
-- neither changed nor deleted.
GRANT SELECT, INSERT ON token, role, deed, star TO mentorgraph_app;
GRANT UPDATE (revoked_at, revoked_by, last_used_at) ON token TO mentorgraph_app;
GRANT UPDATE, DELETE ON role TO mentorgraph_app;
GRANT DELETE ON star TO mentorgraph_app;
