SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentor":'
  || coalesce(
    (SELECT '{"counts":{"active":'
    || coalesce(CAST(CAST(
      (SELECT count(*)
      FROM relationship_span AS relationship_span_1
      WHERE relationship_span_1.wiki_id = $1::INTEGER AND (relationship_span_1.mentor_id = mentor_1.id AND relationship_span_1.role = 'PRIMARY' AND relationship_span_1.state = 'ACTIVE' AND relationship_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE AND (mentor_1.id = $3::BIGINT OR relationship_span_1.mentee_id = $3::BIGINT OR $4::BOOLEAN OR relationship_span_1.mentee_id NOT IN
        (SELECT account_1.id
        FROM account AS account_1
        WHERE account_1.wiki_id = $1::INTEGER AND account_1.is_hidden)))) AS BIGINT) AS TEXT), E'\x01{"!":["NULL",2]}')
    || ',"suspended":'
    || coalesce(CAST(CAST(
      (SELECT count(*)
      FROM relationship_span AS relationship_span_2
      WHERE relationship_span_2.wiki_id = $1::INTEGER AND (relationship_span_2.mentor_id = mentor_1.id AND relationship_span_2.role = 'PRIMARY' AND relationship_span_2.state = 'SUSPENDED' AND relationship_span_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_2.valid_to > $2::TIMESTAMP WITH TIME ZONE AND (mentor_1.id = $3::BIGINT OR relationship_span_2.mentee_id = $3::BIGINT OR $4::BOOLEAN OR relationship_span_2.mentee_id NOT IN
        (SELECT account_2.id
        FROM account AS account_2
        WHERE account_2.wiki_id = $1::INTEGER AND account_2.is_hidden)))) AS BIGINT) AS TEXT), E'\x01{"!":["NULL",2]}')
    || ',"released":'
    || coalesce(CAST(CAST(
      (SELECT count(*)
      FROM relationship AS relationship_1
      WHERE relationship_1.wiki_id = $1::INTEGER AND (relationship_1.mentor_id = mentor_1.id AND relationship_1.role = 'PRIMARY' AND relationship_1.ends_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz AND relationship_1.ends_because = 'HOLD_ELAPSED' AND EXISTS
        (SELECT 1
        FROM mentee_span AS mentee_span_1
        WHERE mentee_span_1.wiki_id = $1::INTEGER AND mentee_span_1.mentee_id = relationship_1.mentee_id AND mentee_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE AND mentee_span_1.blocked_since <= relationship_1.ends_at OFFSET 0) AND (mentor_1.id = $3::BIGINT OR relationship_1.mentee_id = $3::BIGINT OR $4::BOOLEAN OR relationship_1.mentee_id NOT IN
        (SELECT account_3.id
        FROM account AS account_3
        WHERE account_3.wiki_id = $1::INTEGER AND account_3.is_hidden)))) AS BIGINT) AS TEXT), E'\x01{"!":["NULL",2]}')
    || ',"ended":'
    || coalesce(CAST(CAST(
      (SELECT count(*)
      FROM relationship AS relationship_2
      WHERE relationship_2.wiki_id = $1::INTEGER AND (relationship_2.mentor_id = mentor_1.id AND relationship_2.role = 'PRIMARY' AND relationship_2.ends_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_2.withdrawn_at = 'infinity'::timestamptz AND (mentor_1.id = $3::BIGINT OR relationship_2.mentee_id = $3::BIGINT OR $4::BOOLEAN OR relationship_2.mentee_id NOT IN
        (SELECT account_4.id
        FROM account AS account_4
        WHERE account_4.wiki_id = $1::INTEGER AND account_4.is_hidden)))) AS BIGINT) AS TEXT), E'\x01{"!":["NULL",2]}')
    || '},"backup":{"active":'
    || coalesce(CAST(CAST(
      (SELECT count(*)
      FROM relationship_span AS relationship_span_3
      WHERE relationship_span_3.wiki_id = $1::INTEGER AND (relationship_span_3.mentor_id = mentor_1.id AND relationship_span_3.role = 'BACKUP' AND relationship_span_3.state = 'ACTIVE' AND relationship_span_3.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_3.valid_to > $2::TIMESTAMP WITH TIME ZONE AND (mentor_1.id = $3::BIGINT OR relationship_span_3.mentee_id = $3::BIGINT OR $4::BOOLEAN OR relationship_span_3.mentee_id NOT IN
        (SELECT account_5.id
        FROM account AS account_5
        WHERE account_5.wiki_id = $1::INTEGER AND account_5.is_hidden)))) AS BIGINT) AS TEXT), E'\x01{"!":["NULL",2]}')
    || '}}'
    FROM mentor AS mentor_1
    LEFT JOIN account AS account_6 ON account_6.wiki_id = $1::INTEGER AND account_6.id = mentor_1.id
    WHERE mentor_1.wiki_id = $1::INTEGER AND mentor_1.id = $5::BIGINT AND (NOT account_6.is_hidden OR $4::BOOLEAN)), 'null')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
