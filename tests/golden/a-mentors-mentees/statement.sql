SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"mentor":'
  || coalesce(
    (SELECT '{"mentees":'
    ||
      (SELECT '{"edges":['
      || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 5), '')
      || '],"pageInfo":{"hasNextPage":'
      || CAST(count(*) > 5 AS TEXT)
      || ',"endCursor":'
      || coalesce('"' || replace(encode(convert_to('["1397e4965","' || CAST((array_agg(p.k0 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 5))[least(count(*), 5)] AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST((array_agg(p.k1 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 5))[least(count(*), 5)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
      || '},"totalCount":'
      || CAST(
        (SELECT count(*)
        FROM account AS account_1
        LEFT JOIN relationship_span AS relationship_span_1 ON relationship_span_1.wiki_id = $1::INTEGER AND relationship_span_1.mentee_id = account_1.id AND relationship_span_1.role = 'PRIMARY' AND relationship_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE
        WHERE account_1.wiki_id = $1::INTEGER AND relationship_span_1.mentor_id = mentor_1.id AND (NOT account_1.is_hidden OR $3::BOOLEAN OR relationship_span_1.mentor_id = $4::BIGINT OR account_1.id = $4::BIGINT)) AS TEXT)
      || '}'
      FROM
        (SELECT relationship_span_2.last_edit_at AS k0, relationship_span_2.relationship_id AS k1, row_number() OVER (ORDER BY relationship_span_2.last_edit_at DESC, relationship_span_2.relationship_id DESC) AS n, '{"cursor":"'
        || replace(encode(convert_to('["1397e4965","' || CAST(relationship_span_2.last_edit_at AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST(relationship_span_2.relationship_id AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
        || '","node":{"name":'
        || coalesce(CAST(to_json(coalesce(account_2.name, CASE WHEN $3::BOOLEAN THEN
          (SELECT suppressed_name_1.name
          FROM suppressed_name AS suppressed_name_1
          WHERE suppressed_name_1.wiki_id = $1::INTEGER AND suppressed_name_1.account_id = account_2.id
          ORDER BY suppressed_name_1.valid_to DESC
          LIMIT 1) END)) AS TEXT), 'null')
        || ',"state":'
        || coalesce('"' || coalesce(
          (SELECT CASE WHEN ($5::BOOLEAN OR mentee_span_1.mentee_id = $4::BIGINT) THEN mentee_span_1.state ELSE mentee_span_1.told_state END
          FROM mentee_span AS mentee_span_1
          WHERE mentee_span_1.wiki_id = $1::INTEGER AND mentee_span_1.mentee_id = account_2.id AND mentee_span_1.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND mentee_span_1.valid_to > $2::TIMESTAMP WITH TIME ZONE), 'UNASSIGNED') || '"', E'\x01{"!":["NULL",5]}')
        || ',"lastEditAt":'
        || coalesce(to_char(CASE WHEN (NOT account_2.is_hidden OR $3::BOOLEAN OR account_2.id = $4::BIGINT) THEN account_2.last_edit_at END AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
        || '},"relationship":'
        || coalesce(
          (SELECT '{"id":"'
          || encode(convert_to('Relationship:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(relationship_1.id AS TEXT), 'UTF8'), 'base64')
          || '","state":'
          || coalesce('"' || coalesce(relationship_span_3.state, 'ENDED') || '"', E'\x01{"!":["NULL",1]}')
          || ',"stateSince":'
          || coalesce(to_char(coalesce(relationship_span_3.valid_from, CASE WHEN (relationship_1.ends_at <= $2::TIMESTAMP WITH TIME ZONE) THEN relationship_1.ends_at ELSE relationship_1.started_at END) AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",1]}')
          || ',"stateUntil":'
          || coalesce(to_char(relationship_span_3.valid_to AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
          || ',"nextState":'
          || coalesce('"' || CASE WHEN (relationship_span_3.valid_to < 'infinity'::timestamptz) THEN coalesce(
            (SELECT relationship_span_4.state
            FROM relationship_span AS relationship_span_4
            WHERE relationship_span_4.wiki_id = $1::INTEGER AND relationship_span_4.relationship_id = relationship_1.id AND relationship_span_4.valid_from = relationship_span_3.valid_to), 'ENDED') END || '"', 'null')
          || '}'
          FROM relationship AS relationship_1
          LEFT JOIN relationship_span AS relationship_span_3 ON relationship_span_3.wiki_id = $1::INTEGER AND relationship_span_3.relationship_id = relationship_1.id AND relationship_span_3.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_3.valid_to > $2::TIMESTAMP WITH TIME ZONE
          WHERE relationship_1.wiki_id = $1::INTEGER AND relationship_1.id = relationship_span_2.relationship_id AND relationship_1.started_at <= $2::TIMESTAMP WITH TIME ZONE AND relationship_1.withdrawn_at = 'infinity'::timestamptz AND ((relationship_1.mentor_id = $4::BIGINT OR relationship_1.mentee_id = $4::BIGINT OR $3::BOOLEAN OR EXISTS
            (SELECT 1
            FROM account AS account_3
            WHERE account_3.wiki_id = $1::INTEGER AND account_3.id = relationship_1.mentee_id AND NOT account_3.is_hidden OFFSET 0)) AND ($3::BOOLEAN OR EXISTS
            (SELECT 1
            FROM account AS account_4
            WHERE account_4.wiki_id = $1::INTEGER AND account_4.id = relationship_1.mentor_id AND NOT account_4.is_hidden OFFSET 0)))), 'null')
        || '}' AS f0
        FROM account AS account_2
        LEFT JOIN relationship_span AS relationship_span_2 ON relationship_span_2.wiki_id = $1::INTEGER AND relationship_span_2.mentee_id = account_2.id AND relationship_span_2.role = 'PRIMARY' AND relationship_span_2.valid_from <= $2::TIMESTAMP WITH TIME ZONE AND relationship_span_2.valid_to > $2::TIMESTAMP WITH TIME ZONE
        WHERE account_2.wiki_id = $1::INTEGER AND relationship_span_2.mentor_id = mentor_1.id AND (NOT account_2.is_hidden OR $3::BOOLEAN OR relationship_span_2.mentor_id = $4::BIGINT OR account_2.id = $4::BIGINT)
        ORDER BY relationship_span_2.last_edit_at DESC, relationship_span_2.relationship_id DESC
        LIMIT 6) AS p
      HAVING true)
    || '}'
    FROM mentor AS mentor_1
    LEFT JOIN account AS account_5 ON account_5.wiki_id = $1::INTEGER AND account_5.id = mentor_1.id
    WHERE mentor_1.wiki_id = $1::INTEGER AND mentor_1.id = $6::BIGINT AND (NOT account_5.is_hidden OR $3::BOOLEAN)), 'null')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
