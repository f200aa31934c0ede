// A wiki of a test's own, with a mentor and a newcomer; and the documents that every client asks.
import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';

export const URL_ = process.env.MENTORGRAPH_TEST_URL ?? 'http://127.0.0.1:8400/graphql';
export const KNOWN = { authorization: `Bearer ${process.env.MENTORGRAPH_TEST_TOKEN}` };
export const read = (name) => readFileSync(new URL(`operations/${name}.graphql`, import.meta.url), 'utf8');

export async function ask(query, variables, operationName) {
  const answer = await fetch(URL_, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...KNOWN },
    body: JSON.stringify({ query, variables, operationName }),
  });
  const body = await answer.json();
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body.data;
}

export async function newWiki() {
  const wiki = `wiki_${randomUUID().slice(0, 8)}`;
  const begin = read('begin');
  const at = new Date(Date.now() - 86_400_000).toISOString();
  const told = (sourceId) => ({ occurredAt: at, source: 'test', sourceId });
  await ask(begin, { input: { dbName: wiki, url: 'https://wiki.example' } }, 'AddWiki');
  const register = (userId, name, assign) =>
    ask(begin, { input: { wiki, userId, name, assign, ...told(`r${userId}`) } }, 'RecordRegistration');
  await register('1', 'Mentor Ada', false);
  await ask(begin, { input: { wiki, account: { userId: '1' } } }, 'EnrollMentor');
  const { recordRegistration } = await register('2', 'Newcomer', true);
  return { wiki, newcomer: recordRegistration.mentee };
}

export const block = (wiki, sourceId, more = {}) => ({
  wiki,
  target: { userId: '2' },
  reason: 'Username violates the policy',
  occurredAt: new Date().toISOString(), // after the draw, which is of the moment at which it was made
  source: 'test',
  sourceId,
  ...more,
});
