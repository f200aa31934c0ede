-- Rows like those that the ledger writes, in sets: a life for each newcomer, and from the lives all tables.
-- `given` holds one row: how many ties, how many mentors that take turns, every how many newcomers one is the
-- great mentor's (0: there is none), and the moment. Statements end with a semicolon at the end of a line.

CREATE TEMP TABLE life (
    n bigint,
    mentee bigint,
    mentor bigint,
    registered timestamptz(3),
    edited timestamptz(3),
    blocked timestamptz(3),
    expires timestamptz(3),
    lifted timestamptz(3),
    resumes timestamptz(3),
    category text
);

-- Two years of newcomers. One in seven never edited, most of the others not for long. Of those who were blocked a third
-- is for good, a third until a day to come, and a third was unblocked since.
INSERT INTO life
WITH born AS (
    SELECT n, now - interval '10 days' - interval '2 years' * (1 - n / ties::float8) AS registered,
        random() AS d1, random() AS d2, random() AS d3, random() AS d4
    FROM given, generate_series(1, ties) AS n
),
struck AS (
    SELECT *, CASE WHEN d3 < 0.15
        THEN registered + interval '1 day' + (now - registered - interval '2 days') * d4 END AS blocked
    FROM given, born
),
fated AS (
    SELECT *,
        CASE WHEN blocked IS NULL THEN NULL
            WHEN n % 3 = 1 THEN now + interval '30 days' + interval '300 days' * d2
            ELSE 'infinity' END AS expires,
        CASE WHEN blocked IS NULL THEN NULL
            WHEN n % 3 = 2 THEN blocked + interval '1 hour' + (now - blocked - interval '2 hours') * d1
            ELSE 'infinity' END AS lifted
    FROM struck
)
SELECT n, mentors + 1 + n,
    CASE WHEN every = 0 THEN 1 + n % mentors
        WHEN n % every = 0 THEN mentors + 1
        ELSE 1 + (n - n / every) % mentors END,
    registered, CASE WHEN d1 < 0.15 THEN '-infinity' ELSE registered + (now - registered) * d1 * d2 END,
    blocked, expires, lifted, least(expires, lifted),
    (ARRAY['USERNAME', 'VANDALISM', 'SPAM', 'SOCKPUPPETRY', 'PROMOTION', 'OTHER'])[1 + n % 6]
FROM fated;

ANALYZE life;

INSERT INTO account (wiki_id, id, name, registered_at, edit_count, last_edit_at)
SELECT 1, n, 'Mentor ' || n, now - interval '4 years', 5000 + n, now - interval '1 minute' * n
FROM given, generate_series(1, (SELECT max(mentor) FROM life)) AS n;

INSERT INTO account
    (wiki_id, id, name, registered_at, edit_count, last_edit_at, is_mentee, block_count, next_change_at)
SELECT 1, mentee, CASE n % 7 WHEN 0 THEN 'Новичок ' WHEN 1 THEN 'Newcomer "' ELSE 'Newcomer ' END || n,
    registered, CASE WHEN edited > registered THEN (n * 7919 % 400)::int + 1 ELSE 0 END, edited, true,
    (blocked IS NOT NULL)::int, CASE WHEN expires < 'infinity' THEN expires ELSE 'infinity' END
FROM life ORDER BY n;

INSERT INTO account_name (wiki_id, account_id, valid_from, name)
SELECT 1, id, registered_at, name FROM account ORDER BY id;

-- A fact has the id of the account that it is about; a block's come after all others.
INSERT INTO fact
    (wiki_id, id, kind, mentor_id, occurred_at, source, source_id, choices, digest, recorded_at)
OVERRIDING SYSTEM VALUE
SELECT 1, id, 'MENTOR_ENROLLED', id, registered_at, 'bench', id, '{}', sha256(id::text::bytea), registered_at
FROM account WHERE NOT is_mentee ORDER BY id;

INSERT INTO fact
    (wiki_id, id, kind, mentee_id, mentor_id, occurred_at, source, source_id, choices, digest, recorded_at)
OVERRIDING SYSTEM VALUE
SELECT 1, mentee, 'DRAWN', mentee, mentor, registered, 'bench', mentee,
    '{"role": "PRIMARY"}', sha256(mentee::text::bytea), registered
FROM life ORDER BY n;

INSERT INTO fact
    (wiki_id, id, kind, mentee_id, occurred_at, source, source_id, choices, digest, recorded_at)
OVERRIDING SYSTEM VALUE
SELECT 1, mentee + (SELECT max(mentee) FROM life), 'BLOCK_PLACED', mentee, blocked, 'bench', 'block ' || n,
    '{"block_kind": "LOCAL"}', sha256(('block ' || n)::bytea), blocked
FROM life WHERE blocked IS NOT NULL ORDER BY n;

INSERT INTO mentor (wiki_id, id, share, introduction, enrolled_at, version)
SELECT 1, id, 'NORMAL', 'Ask me anything about sources and tables.', registered_at, 1
FROM account WHERE NOT is_mentee ORDER BY id;

INSERT INTO mentor_term (wiki_id, mentor_id, valid_from)
SELECT 1, id, enrolled_at FROM mentor ORDER BY id;

INSERT INTO relationship
    (wiki_id, id, mentor_id, mentee_id, role, started_at, start_is_known, started_because, fact_id, number,
     version)
OVERRIDING SYSTEM VALUE
SELECT 1, n, mentor, mentee, 'PRIMARY', registered, true, 'DRAWN', mentee, 0, 1 + (blocked IS NOT NULL)::int
FROM life ORDER BY n;

INSERT INTO relationship_span
    (wiki_id, relationship_id, valid_from, valid_to, state, mentor_id, mentee_id, role, last_edit_at)
SELECT 1, n, since, until, state, mentor, mentee, 'PRIMARY', edited
FROM life, LATERAL (VALUES
    (registered, coalesce(blocked, 'infinity'), 'ACTIVE'),
    (blocked, resumes, 'SUSPENDED'),
    (resumes, 'infinity', 'ACTIVE')) AS stretch (since, until, state)
WHERE since < 'infinity' ORDER BY n, since;

INSERT INTO mentee_span
    (wiki_id, mentee_id, valid_from, valid_to, state, told_state, blocked_since, blocked_until, returns_to,
     told_since, told_until)
SELECT 1, mentee, since, until, state, state, hit, coalesce(free, 'infinity'), CASE WHEN hit < until THEN mentor END,
    since, until
FROM life, LATERAL (VALUES
    (registered, coalesce(blocked, 'infinity'), 'ACTIVE', NULL, NULL),
    (blocked, resumes, 'SUSPENDED', blocked, expires),
    (resumes, 'infinity', 'ACTIVE', NULL, NULL)) AS stretch (since, until, state, hit, free)
WHERE since < 'infinity' ORDER BY n, since;

INSERT INTO block
    (wiki_id, id, kind, block_id, mentee_id, placed_at, expires_at, lifted_at, scope, category, category_source,
     unblock_requested, hides_name, reason, performer, placed_by, reason_by)
OVERRIDING SYSTEM VALUE
SELECT 1, n, 'LOCAL', n, mentee, blocked, expires, lifted, 'SITEWIDE', category, 'RULE',
    false, false, '{{uw-' || lower(category) || '}} <!-- see the log -->', 'Admin Ito', fact, fact
FROM life, LATERAL (SELECT mentee + (SELECT max(mentee) FROM life) AS fact) AS placed
WHERE blocked IS NOT NULL ORDER BY n;

INSERT INTO block_span
    (wiki_id, block_id, valid_from, valid_to, mentee_id, scope, category, category_source, expires_at, counted,
     unblock_requested)
SELECT 1, n, blocked, resumes, mentee, 'SITEWIDE', category, 'RULE', expires, true, false
FROM life WHERE blocked IS NOT NULL ORDER BY n;

INSERT INTO relationship_event
    (wiki_id, kind, at, recorded_at, relationship_id, mentor_id, mentee_id, from_state, to_state, block_id, bulk)
SELECT 1, kind, told, told, n, mentor, mentee, was, becomes, CASE WHEN was IS NOT NULL THEN n END, false
FROM life, LATERAL (VALUES
    ('STARTED', registered, NULL, 'ACTIVE'),
    ('SUSPENDED', blocked, 'ACTIVE', 'SUSPENDED'),
    ('RESUMED', lifted, 'SUSPENDED', 'ACTIVE')) AS event (kind, told, was, becomes)
WHERE told < 'infinity' ORDER BY told;

SELECT setval(pg_get_serial_sequence(t, 'id'), (SELECT 3 * max(mentee) FROM life))
FROM unnest(ARRAY['fact', 'relationship', 'block', 'relationship_event']) AS t;
