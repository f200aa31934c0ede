SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"policy":'
  || coalesce(
    (SELECT '{"version":'
    || CAST(policy_1.version AS TEXT)
    || ',"effectiveFrom":'
    || coalesce(to_char(CASE WHEN (policy_1.effective_from = '-infinity'::timestamptz) THEN '0001-01-01 00:00:00+00'::timestamptz ELSE policy_1.effective_from END AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",2]}')
    || ',"settings":{"name":'
    || coalesce(CAST(to_json(policy_1.settings ->> 'name') AS TEXT), E'\x01{"!":["NULL",3]}')
    || ',"holds":'
    ||
      (SELECT '['
      || coalesce(string_agg('{"category":' || coalesce('"' || CAST(anon_1.key AS TEXT) || '"', E'\x01{"!":["NULL",5]}') || ',"hold":' || coalesce('"' || (anon_1.value #>> '{}') || '"', 'null') || '}', ',' ORDER BY anon_1.key), '')
      || ']'
      FROM jsonb_each(policy_1.settings['holds']) AS anon_1(key, value))
    || ',"defaultHold":'
    || coalesce('"' || (policy_1.settings ->> 'default_hold') || '"', 'null')
    || ',"keepDefiniteUpTo":'
    || coalesce('"' || (policy_1.settings ->> 'keep_definite_up_to') || '"', 'null')
    || ',"countPartialBlocks":'
    || coalesce(CAST(CAST(policy_1.settings['count_partial_blocks'] #>> '{}' AS BOOLEAN) AS TEXT), E'\x01{"!":["NULL",3]}')
    || ',"restoreWithin":'
    || coalesce('"' || (policy_1.settings ->> 'restore_within') || '"', 'null')
    || ',"onUnblock":'
    || coalesce('"' || (policy_1.settings ->> 'on_unblock') || '"', E'\x01{"!":["NULL",3]}')
    || ',"notify":'
    || coalesce(CAST(policy_1.settings['notify'] AS TEXT), E'\x01{"!":["NULL",3]}')
    || ',"autoAssign":'
    || coalesce(CAST(CAST(policy_1.settings['auto_assign'] #>> '{}' AS BOOLEAN) AS TEXT), E'\x01{"!":["NULL",3]}')
    || ',"seekFor":'
    || coalesce('"' || (policy_1.settings ->> 'seek_for') || '"', 'null')
    || '}}'
    FROM policy AS policy_1
    WHERE policy_1.wiki_id = $1::INTEGER AND policy_1.version =
      (SELECT policy_2.version
      FROM policy AS policy_2
      WHERE policy_2.wiki_id = $1::INTEGER AND policy_2.effective_from <= $2::TIMESTAMP WITH TIME ZONE
      ORDER BY policy_2.version DESC
      LIMIT 1)), E'\x01{"!":["NULL",1]}')
  || '}'
  FROM wiki AS wiki_1
  WHERE wiki_1.id = $1::INTEGER), 'null') || '}', 'UTF8');
