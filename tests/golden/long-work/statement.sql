SELECT convert_to('{"wiki":' || coalesce(
  (SELECT '{"jobs":'
  ||
    (SELECT '{"totalCount":'
    || CAST(
      (SELECT count(*)
      FROM job AS job_1
      WHERE job_1.wiki_id = $1::INTEGER) AS TEXT)
    || ',"edges":['
    || coalesce(string_agg(p.f0, ',' ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3), '')
    || '],"pageInfo":{"hasNextPage":'
    || CAST(count(*) > 3 AS TEXT)
    || ',"endCursor":'
    || coalesce('"' || replace(encode(convert_to('["1fc3a12dd","' || CAST((array_agg(p.k0 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST((array_agg(p.k1 ORDER BY p.k0 DESC, p.k1 DESC) FILTER (WHERE p.n <= 3))[least(count(*), 3)] AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '') || '"', 'null')
    || '}}'
    FROM
      (SELECT job_2.started_at AS k0, job_2.id AS k1, row_number() OVER (ORDER BY job_2.started_at DESC, job_2.id DESC) AS n, '{"cursor":"'
      || replace(encode(convert_to('["1fc3a12dd","' || CAST(job_2.started_at AT TIME ZONE 'UTC' AS TEXT) || '",' || CAST(job_2.id AS TEXT) || ']', 'UTF8'), 'base64'), chr(10), '')
      || '","node":{"id":"'
      || encode(convert_to('Job:' || CAST($1::INTEGER AS TEXT) || ':' || CAST(job_2.id AS TEXT), 'UTF8'), 'base64')
      || '","kind":"'
      || job_2.kind
      || '","state":"'
      || job_2.state
      || '","done":'
      || CAST(job_2.done AS TEXT)
      || ',"total":'
      || coalesce(CAST(job_2.total AS TEXT), 'null')
      || ',"startedAt":'
      || coalesce(to_char(job_2.started_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), E'\x01{"!":["NULL",5]}')
      || ',"finishedAt":'
      || coalesce(to_char(job_2.finished_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""'), 'null')
      || ',"wiki":'
      || coalesce(
        (SELECT '{"dbName":'
        || CAST(to_json(wiki_1.db_name) AS TEXT)
        || '}'
        FROM wiki AS wiki_1
        WHERE wiki_1.id = $1::INTEGER), E'\x01{"!":["NULL",5]}')
      || '}}' AS f0
      FROM job AS job_2
      WHERE job_2.wiki_id = $1::INTEGER
      ORDER BY job_2.started_at DESC, job_2.id DESC
      LIMIT 4) AS p
    HAVING true)
  || '}'
  FROM wiki AS wiki_2
  WHERE wiki_2.id = $1::INTEGER), 'null') || ',"node":' || coalesce(
  (SELECT '{"__typename":"Job","kind":"'
  || job_3.kind
  || '","state":"'
  || job_3.state
  || '"}'
  FROM job AS job_3
  WHERE job_3.wiki_id = $1::INTEGER AND job_3.id = $2::BIGINT), 'null') || '}', 'UTF8');
