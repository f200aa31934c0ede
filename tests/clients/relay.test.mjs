// Relay: an application compiles, for the schema keeps what Relay takes for granted (nodes, connections, edges, cursors);
// and what was compiled runs in Relay's own network and store.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { before, test } from 'node:test';
import { createClient } from 'graphql-ws';
import Relay from 'relay-runtime';
import WebSocket from 'ws';
import { KNOWN, URL_, ask, block, newWiki } from './story.mjs';
import { run } from './tool.mjs';

const { Environment, Network, Observable, RecordSource, Store, commitMutation, fetchQuery, requestSubscription } = Relay;
const out = (name) => new URL(`out/${name}`, import.meta.url);
const compiled = (name) => createRequire(import.meta.url)(`./out/relay-run/MenteeList${name}.graphql.js`).default;
let world;
before(async () => {
  for (const folder of ['relay', 'relay-run']) mkdirSync(out(folder), { recursive: true });
  run('relay-compiler', ['relay.config.json']);
  writeFileSync(out('relay-run/package.json'), '{"type": "commonjs"}');
  const artifacts = ['PageQuery', 'RefetchQuery', 'BlockMutation', 'WatchSubscription', '_mentor', '_mentee'];
  run('tsc', [
    ...['--noCheck', '--module', 'commonjs', '--outDir', 'out/relay-run'],
    ...artifacts.map((name) => `out/relay/MenteeList${name}.graphql.ts`),
  ]);
  world = await newWiki();
});

const sockets = createClient({
  url: URL_.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: KNOWN,
});

async function overHttp({ text, name }, variables) {
  const answer = await fetch(URL_, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...KNOWN },
    body: JSON.stringify({ query: text, operationName: name, variables }),
  });
  return answer.json();
}

const overASocket = ({ text, name }, variables) =>
  Observable.create((sink) => sockets.subscribe({ query: text, operationName: name, variables }, sink));

const network = Network.create(overHttp, overASocket);
const open = () => new Environment({ network, store: new Store(new RecordSource()) });
const record = (environment, id) => environment.getStore().getSource().get(id);
const page = () => ({ wiki: world.wiki, mentor: '1' });

test('a page is read into the store, read again by its node, and changes when a mutation answers', async () => {
  const relay = open();
  await fetchQuery(relay, compiled('PageQuery'), page()).toPromise();
  assert.equal(record(relay, world.newcomer.id).name, 'Newcomer');
  assert.equal(record(relay, world.newcomer.id).state, 'ACTIVE');

  const { mentor } = (await ask('query($wiki: String!) { wiki(dbName: $wiki) { mentor(by: {userId: "1"}) { id } } }', page())).wiki;
  const again = await fetchQuery(relay, compiled('RefetchQuery'), { id: mentor.id, count: 1 }).toPromise();
  assert.ok(again.node, 'a fragment is refetched by the id of what it is on');

  const done = await new Promise((onCompleted, onError) => {
    const variables = { input: block(world.wiki, 'by-relay', { blockId: '8' }) };
    commitMutation(relay, { mutation: compiled('BlockMutation'), variables, onCompleted, onError });
  });
  assert.deepEqual(done.recordBlock.userErrors, []);
  assert.equal(record(relay, world.newcomer.id).state, 'SUSPENDED', 'the same id, so the same record');
});

test('what is told by a subscription is in the store too', async () => {
  const relay = open();
  const from = (await ask(`{ wiki(dbName: "${world.wiki}") { eventCursor } }`)).wiki.eventCursor;
  const lifted = { target: { userId: '2' }, occurredAt: new Date().toISOString(), source: 'test', sourceId: 'u' };
  await ask(
    'mutation($input: RecordUnblockInput!) { recordUnblock(input: $input) { userErrors { message } } }',
    { input: { wiki: world.wiki, ...lifted } },
  );
  const told = await new Promise((onNext, onError) => {
    const variables = { wiki: world.wiki, after: from };
    requestSubscription(relay, { subscription: compiled('WatchSubscription'), variables, onNext, onError });
  });
  assert.equal(told.relationshipEvents.node.kind, 'RESUMED');
  assert.equal(record(relay, world.newcomer.id).state, 'ACTIVE');
  await sockets.dispose();
});

test('a refused request is an error that Relay rejects with', async () => {
  const asked = fetchQuery(open(), compiled('PageQuery'), { ...page(), mentor: 'nobody' }).toPromise();
  await assert.rejects(asked, (error) => {
    assert.equal(error.source.errors[0].extensions.code, 'BAD_VALUE');
    return true;
  });
});
