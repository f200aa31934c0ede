SELECT convert_to('{"node":' || coalesce(
  (SELECT '{"state":"'
  || job_1.state
  || '","outcomes":'
  || coalesce(CASE WHEN (job_1.kind = 'SIMULATION' AND job_1.state = 'DONE') THEN
    (SELECT '['
    || coalesce(string_agg('{"settings":{"name":' || coalesce(CAST(to_json((anon_1.value['settings']) ->> 'name') AS TEXT), E'\x01{"!":["NULL",3]}') || ',"defaultHold":' || coalesce('"' || ((anon_1.value['settings']) ->> 'default_hold') || '"', 'null') || ',"holds":' ||
      (SELECT '['
      || coalesce(string_agg('{"category":' || coalesce('"' || CAST(anon_2.key AS TEXT) || '"', E'\x01{"!":["NULL",5]}') || ',"hold":' || coalesce('"' || (anon_2.value #>> '{}') || '"', 'null') || '}', ',' ORDER BY anon_2.key), '')
      || ']'
      FROM jsonb_each(anon_1.value['settings']['holds']) AS anon_2(key, value)) || ',"countPartialBlocks":' || coalesce(CAST(CAST(anon_1.value['settings']['count_partial_blocks'] #>> '{}' AS BOOLEAN) AS TEXT), E'\x01{"!":["NULL",3]}') || '},"suspensions":' || coalesce(CAST(CAST(anon_1.value['suspensions'] #>> '{}' AS BIGINT) AS TEXT), E'\x01{"!":["NULL",2]}') || ',"continued":' || coalesce(CAST(CAST(anon_1.value['continued'] #>> '{}' AS BIGINT) AS TEXT), E'\x01{"!":["NULL",2]}') || ',"broken":' || coalesce(CAST(CAST(anon_1.value['broken'] #>> '{}' AS BIGINT) AS TEXT), E'\x01{"!":["NULL",2]}') || ',"continuity":' || coalesce(CAST(CAST(anon_1.value['continuity'] #>> '{}' AS DOUBLE PRECISION) AS TEXT), 'null') || ',"released":' || coalesce(CAST(CAST(anon_1.value['released'] #>> '{}' AS BIGINT) AS TEXT), E'\x01{"!":["NULL",2]}') || ',"meanSuspendedPerMentor":' || coalesce(CAST(CAST(anon_1.value['mean_suspended_per_mentor'] #>> '{}' AS DOUBLE PRECISION) AS TEXT), E'\x01{"!":["NULL",2]}') || ',"maxSuspendedPerMentor":' || coalesce(CAST(CAST(anon_1.value['max_suspended_per_mentor'] #>> '{}' AS BIGINT) AS TEXT), E'\x01{"!":["NULL",2]}') || ',"daily":' ||
      (SELECT '['
      || coalesce(string_agg('{"day":' || coalesce(to_char(CAST(anon_3.value['day'] #>> '{}' AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",4]}') || ',"suspended":' || coalesce(CAST(CAST(anon_3.value['suspended'] #>> '{}' AS BIGINT) AS TEXT), E'\x01{"!":["NULL",4]}') || ',"released":' || coalesce(CAST(CAST(anon_3.value['released'] #>> '{}' AS BIGINT) AS TEXT), E'\x01{"!":["NULL",4]}') || ',"continued":' || coalesce(CAST(CAST(anon_3.value['continued'] #>> '{}' AS BIGINT) AS TEXT), E'\x01{"!":["NULL",4]}') || ',"broken":' || coalesce(CAST(CAST(anon_3.value['broken'] #>> '{}' AS BIGINT) AS TEXT), E'\x01{"!":["NULL",4]}') || '}', ',' ORDER BY anon_3.key), '')
      || ']'
      FROM jsonb_array_elements(anon_1.value['daily']) WITH ORDINALITY AS anon_3(value, key)) || '}', ',' ORDER BY anon_1.key), '')
    || ']'
    FROM jsonb_array_elements(job_1.result) WITH ORDINALITY AS anon_1(value, key)) END, 'null')
  || '}'
  FROM job AS job_1
  WHERE job_1.wiki_id = $1::INTEGER AND job_1.id = $2::BIGINT), 'null') || ',"running":' || coalesce(
  (SELECT '{"state":"'
  || job_2.state
  || '","outcomes":'
  || coalesce(CASE WHEN (job_2.kind = 'SIMULATION' AND job_2.state = 'DONE') THEN
    (SELECT '['
    || coalesce(string_agg('{"suspensions":' || coalesce(CAST(CAST(anon_4.value['suspensions'] #>> '{}' AS BIGINT) AS TEXT), E'\x01{"!":["NULL",2]}') || '}', ',' ORDER BY anon_4.key), '')
    || ']'
    FROM jsonb_array_elements(job_2.result) WITH ORDINALITY AS anon_4(value, key)) END, 'null')
  || '}'
  FROM job AS job_2
  WHERE job_2.wiki_id = $1::INTEGER AND job_2.id = $3::BIGINT), 'null') || '}', 'UTF8');
