-- The first tables: what is kept of wikis, accounts, mentors and facts, and all that is projected from them.
-- Statements end with a semicolon at the end of a line. A test compares what they make with models/*.py.

-- The wall behind the lock is an exclusion over wiki, mentee, role and a range of time.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE wiki (
    id integer NOT NULL,
    db_name varchar(255) NOT NULL,
    url varchar NOT NULL,
    added_at timestamptz(3) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT wiki_name_is_unique UNIQUE (db_name)
);

CREATE TABLE policy (
    wiki_id integer NOT NULL,
    version integer NOT NULL,
    effective_from timestamptz(3) DEFAULT '-infinity' NOT NULL,
    settings jsonb NOT NULL,
    recorded_at timestamptz(3) NOT NULL,
    PRIMARY KEY (wiki_id, version),
    CONSTRAINT policy_is_of_a_wiki FOREIGN KEY (wiki_id) REFERENCES wiki (id),
    CONSTRAINT policy_versions_count_from_one CHECK (version >= 1)
);

CREATE TABLE job (
    wiki_id integer NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind varchar NOT NULL,
    state varchar NOT NULL,
    done integer NOT NULL,
    total integer,
    plan jsonb NOT NULL,
    started_at timestamptz(3) NOT NULL,
    finished_at timestamptz(3),
    PRIMARY KEY (wiki_id, id),
    CONSTRAINT job_is_of_a_wiki FOREIGN KEY (wiki_id) REFERENCES wiki (id),
    CONSTRAINT job_progress_is_within_its_total CHECK (done >= 0 AND (total IS NULL OR done <= total)),
    CONSTRAINT job_kind_is_known CHECK (kind IN ('SIMULATION', 'REPROJECTION', 'RESIGNATION', 'TRANSFER')),
    CONSTRAINT job_state_is_known CHECK (state IN ('RUNNING', 'DONE', 'FAILED', 'CANCELLED'))
);
CREATE INDEX job_by_start ON job (wiki_id, started_at, id);

CREATE TABLE account (
    wiki_id integer NOT NULL,
    id bigint NOT NULL,
    name varchar,
    is_hidden boolean DEFAULT false NOT NULL,
    registered_at timestamptz(3),
    registered_key timestamptz(3)
        GENERATED ALWAYS AS (coalesce(registered_at, '-infinity'::timestamptz)) STORED NOT NULL,
    edit_count integer DEFAULT 0 NOT NULL,
    last_edit_at timestamptz(3) DEFAULT '-infinity' NOT NULL,
    is_mentee boolean DEFAULT false NOT NULL,
    eligible boolean DEFAULT true NOT NULL,
    block_count integer DEFAULT 0 NOT NULL,
    next_change_at timestamptz(3) DEFAULT 'infinity' NOT NULL,
    PRIMARY KEY (wiki_id, id),
    CONSTRAINT account_is_of_a_wiki FOREIGN KEY (wiki_id) REFERENCES wiki (id),
    CONSTRAINT account_hidden_names_are_kept_elsewhere CHECK (name IS NULL OR NOT is_hidden),
    CONSTRAINT account_name_fits_the_wiki CHECK (octet_length(name) BETWEEN 1 AND 255),
    CONSTRAINT account_edits_are_counted CHECK (edit_count >= 0)
);
CREATE INDEX account_by_name ON account (wiki_id, name);
CREATE INDEX account_by_next_change ON account (wiki_id, next_change_at) WHERE next_change_at < 'infinity';
CREATE INDEX account_by_registration ON account (wiki_id, registered_key, id) WHERE is_mentee;

CREATE TABLE account_name (
    wiki_id integer NOT NULL,
    account_id bigint NOT NULL,
    valid_from timestamptz(3) DEFAULT '-infinity' NOT NULL,
    valid_to timestamptz(3) DEFAULT 'infinity' NOT NULL,
    name varchar NOT NULL,
    PRIMARY KEY (wiki_id, account_id, valid_from),
    CONSTRAINT account_name_is_of_an_account
        FOREIGN KEY (wiki_id, account_id) REFERENCES account (wiki_id, id),
    CONSTRAINT account_name_is_held_for_a_time CHECK (valid_from < valid_to)
);
CREATE INDEX account_name_by_name ON account_name (wiki_id, name, valid_to);

CREATE TABLE suppressed_name (
    wiki_id integer NOT NULL,
    account_id bigint NOT NULL,
    valid_from timestamptz(3) DEFAULT '-infinity' NOT NULL,
    valid_to timestamptz(3) DEFAULT 'infinity' NOT NULL,
    name varchar NOT NULL,
    PRIMARY KEY (wiki_id, account_id, valid_from),
    CONSTRAINT suppressed_name_is_of_an_account
        FOREIGN KEY (wiki_id, account_id) REFERENCES account (wiki_id, id),
    CONSTRAINT suppressed_name_is_held_for_a_time CHECK (valid_from < valid_to)
);
CREATE INDEX suppressed_name_by_name ON suppressed_name (wiki_id, name, valid_to);

CREATE TABLE mentor (
    wiki_id integer NOT NULL,
    id bigint NOT NULL,
    share varchar NOT NULL,
    capacity integer,
    introduction varchar,
    away_since timestamptz(3),
    away_until timestamptz(3) DEFAULT '-infinity' NOT NULL,
    enrolled_at timestamptz(3) NOT NULL,
    resigned_at timestamptz(3) DEFAULT 'infinity' NOT NULL,
    notify text[],
    version integer NOT NULL,
    PRIMARY KEY (wiki_id, id),
    CONSTRAINT mentor_is_an_account FOREIGN KEY (wiki_id, id) REFERENCES account (wiki_id, id),
    CONSTRAINT mentor_capacity_is_a_number_of_mentees CHECK (capacity >= 0),
    CONSTRAINT mentor_introduction_is_short CHECK (char_length(introduction) <= 240),
    CONSTRAINT mentor_share_is_known CHECK (share IN ('NONE', 'LOW', 'NORMAL', 'HIGH'))
);

CREATE TABLE mentor_term (
    wiki_id integer NOT NULL,
    mentor_id bigint NOT NULL,
    valid_from timestamptz(3) NOT NULL,
    valid_to timestamptz(3) DEFAULT 'infinity' NOT NULL,
    PRIMARY KEY (wiki_id, mentor_id, valid_from),
    CONSTRAINT mentor_term_is_of_a_mentor FOREIGN KEY (wiki_id, mentor_id) REFERENCES mentor (wiki_id, id),
    CONSTRAINT mentor_term_is_not_empty CHECK (valid_from < valid_to)
);
CREATE INDEX mentor_term_running ON mentor_term (wiki_id, mentor_id, valid_to);

CREATE TABLE fact (
    wiki_id integer NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind varchar NOT NULL,
    mentee_id bigint,
    mentor_id bigint,
    occurred_at timestamptz(3) NOT NULL,
    source varchar(255) NOT NULL,
    source_id varchar(255) NOT NULL,
    choices jsonb NOT NULL,
    performer_id bigint,
    bulk boolean DEFAULT false NOT NULL,
    digest bytea NOT NULL,
    recorded_at timestamptz(3) NOT NULL,
    PRIMARY KEY (wiki_id, id),
    CONSTRAINT fact_is_recorded_once UNIQUE (wiki_id, source, source_id),
    CONSTRAINT fact_is_of_a_wiki FOREIGN KEY (wiki_id) REFERENCES wiki (id),
    CONSTRAINT fact_is_about_somebody CHECK (mentee_id IS NOT NULL OR mentor_id IS NOT NULL),
    CONSTRAINT fact_kind_is_known
        CHECK (kind IN ('MENTOR_ENROLLED', 'REGISTERED', 'BLOCK_PLACED', 'BLOCK_CHANGED', 'BLOCK_LIFTED',
        'RENAMED', 'VISIBILITY_CHANGED', 'OPTED_IN', 'IMPORTED', 'ASSIGNED', 'KEPT', 'ENDED', 'OPTED_OUT',
        'GRADUATED', 'MENTOR_RESIGNED', 'VANISHED', 'DRAWN', 'TAKEN_BACK'))
);
CREATE INDEX fact_by_mentee ON fact (wiki_id, mentee_id, occurred_at);
CREATE INDEX fact_by_mentor ON fact (wiki_id, mentor_id, occurred_at) WHERE mentor_id IS NOT NULL;

CREATE TABLE fact_text (
    wiki_id integer NOT NULL,
    fact_id bigint NOT NULL,
    reason varchar,
    performer varchar,
    name varchar,
    PRIMARY KEY (wiki_id, fact_id),
    CONSTRAINT fact_text_is_of_a_fact FOREIGN KEY (wiki_id, fact_id) REFERENCES fact (wiki_id, id)
);
CREATE INDEX fact_text_by_name ON fact_text (wiki_id, name) WHERE name IS NOT NULL;

CREATE TABLE block (
    wiki_id integer NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind varchar NOT NULL,
    block_id varchar NOT NULL,
    mentee_id bigint NOT NULL,
    placed_at timestamptz(3) NOT NULL,
    expires_at timestamptz(3) DEFAULT 'infinity' NOT NULL,
    lifted_at timestamptz(3) DEFAULT 'infinity' NOT NULL,
    scope varchar NOT NULL,
    category varchar NOT NULL,
    category_source varchar NOT NULL,
    unblock_requested boolean NOT NULL,
    hides_name boolean NOT NULL,
    reason varchar,
    performer varchar,
    performer_id bigint,
    placed_by bigint NOT NULL,
    reason_by bigint NOT NULL,
    withdrawn_at timestamptz(3) DEFAULT 'infinity' NOT NULL,
    PRIMARY KEY (wiki_id, id),
    CONSTRAINT block_is_known_by_kind_and_id UNIQUE (wiki_id, kind, block_id, mentee_id),
    CONSTRAINT block_is_of_an_account FOREIGN KEY (wiki_id, mentee_id) REFERENCES account (wiki_id, id),
    CONSTRAINT block_was_placed_by_a_fact FOREIGN KEY (wiki_id, placed_by) REFERENCES fact (wiki_id, id),
    CONSTRAINT block_reason_is_of_a_fact FOREIGN KEY (wiki_id, reason_by) REFERENCES fact (wiki_id, id),
    CONSTRAINT block_expires_after_it_was_placed CHECK (placed_at < expires_at),
    CONSTRAINT block_kind_is_known CHECK (kind IN ('LOCAL', 'GLOBAL_BLOCK', 'GLOBAL_LOCK')),
    CONSTRAINT block_scope_is_known CHECK (scope IN ('SITEWIDE', 'PARTIAL')),
    CONSTRAINT block_category_is_known
        CHECK (category IN ('USERNAME', 'VANDALISM', 'SPAM', 'SOCKPUPPETRY', 'EDIT_WARRING', 'DISRUPTION',
        'COPYRIGHT', 'HARASSMENT', 'PROMOTION', 'LOCK', 'OTHER')),
    CONSTRAINT block_category_source_is_known CHECK (category_source IN ('CALLER', 'RULE', 'NONE'))
);
CREATE INDEX block_by_mentee ON block (wiki_id, mentee_id, placed_at, id);
CREATE INDEX block_by_placing ON block (wiki_id, placed_at, id);

CREATE TABLE block_span (
    wiki_id integer NOT NULL,
    block_id bigint NOT NULL,
    valid_from timestamptz(3) NOT NULL,
    valid_to timestamptz(3) DEFAULT 'infinity' NOT NULL,
    mentee_id bigint NOT NULL,
    scope varchar NOT NULL,
    category varchar NOT NULL,
    category_source varchar NOT NULL,
    expires_at timestamptz(3) DEFAULT 'infinity' NOT NULL,
    counted boolean NOT NULL,
    unblock_requested boolean NOT NULL,
    PRIMARY KEY (wiki_id, block_id, valid_from),
    CONSTRAINT block_span_is_of_a_block FOREIGN KEY (wiki_id, block_id) REFERENCES block (wiki_id, id),
    CONSTRAINT block_span_is_not_empty CHECK (valid_from < valid_to)
);
CREATE INDEX block_span_by_mentee ON block_span (wiki_id, mentee_id, valid_to);
CREATE INDEX block_span_open ON block_span (wiki_id, valid_to, block_id) WHERE counted;

CREATE TABLE relationship (
    wiki_id integer NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    mentor_id bigint NOT NULL,
    mentee_id bigint NOT NULL,
    role varchar NOT NULL,
    started_at timestamptz(3) NOT NULL,
    start_is_known boolean NOT NULL,
    started_because varchar NOT NULL,
    ends_at timestamptz(3) DEFAULT 'infinity' NOT NULL,
    ends_because varchar,
    fact_id bigint NOT NULL,
    number integer NOT NULL,
    continues_id bigint,
    replaces_id bigint,
    withdrawn_at timestamptz(3) DEFAULT 'infinity' NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (wiki_id, id),
    CONSTRAINT relationship_is_known_by_what_began_it UNIQUE (wiki_id, fact_id, number),
    CONSTRAINT relationship_one_open_per_mentee_and_role
        EXCLUDE USING gist (wiki_id WITH =, mentee_id WITH =, role WITH =, tstzrange(started_at, ends_at) WITH &&)
        WHERE (withdrawn_at = 'infinity') DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT relationship_has_a_mentor FOREIGN KEY (wiki_id, mentor_id) REFERENCES mentor (wiki_id, id),
    CONSTRAINT relationship_has_a_mentee FOREIGN KEY (wiki_id, mentee_id) REFERENCES account (wiki_id, id),
    CONSTRAINT relationship_was_begun_by_a_fact FOREIGN KEY (wiki_id, fact_id) REFERENCES fact (wiki_id, id),
    CONSTRAINT relationship_nobody_mentors_themselves CHECK (mentor_id <> mentee_id),
    CONSTRAINT relationship_is_not_empty CHECK (started_at < ends_at),
    CONSTRAINT relationship_ends_for_a_reason CHECK ((ends_at = 'infinity') = (ends_because IS NULL)),
    CONSTRAINT relationship_role_is_known CHECK (role IN ('PRIMARY', 'BACKUP')),
    CONSTRAINT relationship_start_reason_is_known
        CHECK (started_because IN ('DRAWN', 'CLAIMED', 'SET', 'TRANSFERRED', 'RESTORED', 'IMPORTED')),
    CONSTRAINT relationship_end_reason_is_known
        CHECK (ends_because IN ('HOLD_ELAPSED', 'MENTOR_RESIGNED', 'TRANSFERRED', 'OPTED_OUT', 'GRADUATED',
        'VANISHED', 'ENDED_BY_HAND'))
);
CREATE INDEX relationship_by_continued ON relationship (wiki_id, continues_id) WHERE continues_id IS NOT NULL;
CREATE INDEX relationship_by_mentee ON relationship (wiki_id, mentee_id, started_at, id);
CREATE INDEX relationship_by_mentor ON relationship (wiki_id, mentor_id, started_at, id);
CREATE INDEX relationship_by_start ON relationship (wiki_id, started_at, id);

CREATE TABLE relationship_span (
    wiki_id integer NOT NULL,
    relationship_id bigint NOT NULL,
    valid_from timestamptz(3) NOT NULL,
    valid_to timestamptz(3) DEFAULT 'infinity' NOT NULL,
    state varchar NOT NULL,
    mentor_id bigint NOT NULL,
    mentee_id bigint NOT NULL,
    role varchar NOT NULL,
    last_edit_at timestamptz(3) DEFAULT '-infinity' NOT NULL,
    PRIMARY KEY (wiki_id, relationship_id, valid_from),
    CONSTRAINT relationship_span_is_of_a_tie
        FOREIGN KEY (wiki_id, relationship_id) REFERENCES relationship (wiki_id, id),
    CONSTRAINT relationship_span_is_not_empty CHECK (valid_from < valid_to),
    CONSTRAINT relationship_span_is_of_an_open_tie CHECK (state IN ('ACTIVE', 'SUSPENDED')),
    CONSTRAINT relationship_span_role_is_known CHECK (role IN ('PRIMARY', 'BACKUP'))
);
CREATE INDEX relationship_span_by_edit
    ON relationship_span (wiki_id, mentor_id, role, last_edit_at, relationship_id, valid_to, valid_from);
CREATE INDEX relationship_span_by_mentee ON relationship_span (wiki_id, mentee_id, role, valid_to);
CREATE INDEX relationship_span_by_state
    ON relationship_span (wiki_id, mentor_id, role, state, last_edit_at, relationship_id, valid_to, valid_from);

CREATE TABLE relationship_event (
    wiki_id integer NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    kind varchar NOT NULL,
    at timestamptz(3) NOT NULL,
    recorded_at timestamptz(3) NOT NULL,
    relationship_id bigint NOT NULL,
    mentor_id bigint NOT NULL,
    mentee_id bigint NOT NULL,
    from_state varchar,
    to_state varchar NOT NULL,
    block_id bigint,
    fact_id bigint,
    bulk boolean NOT NULL,
    withdraws_id bigint,
    PRIMARY KEY (wiki_id, id),
    CONSTRAINT relationship_event_is_of_a_tie
        FOREIGN KEY (wiki_id, relationship_id) REFERENCES relationship (wiki_id, id),
    CONSTRAINT relationship_event_was_caused_by_a_fact
        FOREIGN KEY (wiki_id, fact_id) REFERENCES fact (wiki_id, id),
    CONSTRAINT relationship_event_is_withdrawn_once UNIQUE (wiki_id, withdraws_id),
    CONSTRAINT relationship_event_withdraws_one CHECK ((kind = 'WITHDRAWN') = (withdraws_id IS NOT NULL)),
    CONSTRAINT relationship_event_kind_is_known
        CHECK (kind IN ('STARTED', 'RESTORED', 'SUSPENDED', 'CHANGED', 'RESUMED', 'RELEASED', 'TRANSFERRED',
        'ENDED', 'WITHDRAWN')),
    CONSTRAINT relationship_event_from_state_is_known CHECK (from_state IN ('ACTIVE', 'SUSPENDED', 'ENDED')),
    CONSTRAINT relationship_event_to_state_is_known CHECK (to_state IN ('ACTIVE', 'SUSPENDED', 'ENDED'))
);
CREATE INDEX relationship_event_by_mentee ON relationship_event (wiki_id, mentee_id, id);
CREATE INDEX relationship_event_by_mentor ON relationship_event (wiki_id, mentor_id, id);
CREATE INDEX relationship_event_by_tie ON relationship_event (wiki_id, relationship_id, id);
CREATE INDEX relationship_event_feed ON relationship_event (wiki_id, xid, id);

CREATE TABLE mentee_span (
    wiki_id integer NOT NULL,
    mentee_id bigint NOT NULL,
    valid_from timestamptz(3) NOT NULL,
    valid_to timestamptz(3) DEFAULT 'infinity' NOT NULL,
    state varchar NOT NULL,
    told_state varchar NOT NULL,
    blocked_since timestamptz(3),
    blocked_until timestamptz(3) DEFAULT 'infinity' NOT NULL,
    returns_to bigint,
    returns_until timestamptz(3) DEFAULT 'infinity' NOT NULL,
    PRIMARY KEY (wiki_id, mentee_id, valid_from),
    CONSTRAINT mentee_span_is_of_an_account FOREIGN KEY (wiki_id, mentee_id) REFERENCES account (wiki_id, id),
    CONSTRAINT mentee_span_is_not_empty CHECK (valid_from < valid_to),
    CONSTRAINT mentee_span_state_is_known
        CHECK (state IN ('ACTIVE', 'SUSPENDED', 'RELEASED', 'UNASSIGNED', 'OPTED_OUT', 'GRADUATED',
        'DEPARTED')),
    CONSTRAINT mentee_span_told_state_is_known
        CHECK (told_state IN ('ACTIVE', 'SUSPENDED', 'RELEASED', 'UNASSIGNED', 'OPTED_OUT', 'GRADUATED',
        'DEPARTED')),
    CONSTRAINT mentee_span_opt_outs_are_private CHECK (told_state <> 'OPTED_OUT')
);
CREATE INDEX mentee_span_by_state ON mentee_span (wiki_id, state, valid_to);
CREATE INDEX mentee_span_by_told_state ON mentee_span (wiki_id, told_state, valid_to);

CREATE TABLE need (
    wiki_id integer NOT NULL,
    mentee_id bigint NOT NULL,
    role varchar NOT NULL,
    valid_from timestamptz(3) NOT NULL,
    valid_to timestamptz(3) DEFAULT 'infinity' NOT NULL,
    since timestamptz(3) NOT NULL,
    cause varchar NOT NULL,
    previous_id bigint,
    replaces_id bigint,
    PRIMARY KEY (wiki_id, mentee_id, role, valid_from),
    CONSTRAINT need_is_of_an_account FOREIGN KEY (wiki_id, mentee_id) REFERENCES account (wiki_id, id),
    CONSTRAINT need_is_not_empty CHECK (valid_from < valid_to),
    CONSTRAINT need_role_is_known CHECK (role IN ('PRIMARY', 'BACKUP')),
    CONSTRAINT need_cause_is_known CHECK (cause IN ('REGISTERED', 'RESIGNED', 'LOST', 'OPTED_IN', 'MISSING'))
);
CREATE INDEX need_open ON need (wiki_id, valid_to, since);

CREATE TABLE outbox (
    wiki_id integer NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    event_id bigint NOT NULL,
    notification varchar NOT NULL,
    created_at timestamptz(3) NOT NULL,
    sent_at timestamptz(3),
    PRIMARY KEY (wiki_id, id),
    CONSTRAINT outbox_tells_an_event
        FOREIGN KEY (wiki_id, event_id) REFERENCES relationship_event (wiki_id, id)
);
CREATE INDEX outbox_waiting ON outbox (wiki_id, id) WHERE sent_at IS NULL;

-- The server's role appends facts and events. It can neither change nor delete them, nor any id that was given out;
-- a text beside a fact can be blanked; stretches are made anew; what was sent or done need not be kept for ever.
GRANT SELECT, INSERT ON
    wiki, policy, job, account, account_name, suppressed_name, mentor, mentor_term, fact, fact_text, block,
    block_span, relationship, relationship_span, relationship_event, mentee_span, need, outbox
    TO mentorgraph_app;
GRANT UPDATE ON job, account, mentor, fact_text, block, relationship, outbox TO mentorgraph_app;
GRANT UPDATE, DELETE ON
    account_name, suppressed_name, mentor_term, block_span, relationship_span, mentee_span, need
    TO mentorgraph_app;
GRANT DELETE ON job, outbox TO mentorgraph_app;
-- Ties, blocks and events are given their ids before they are written, for they refer to each other.
GRANT USAGE ON SEQUENCE relationship_id_seq, block_id_seq, relationship_event_id_seq TO mentorgraph_app;
