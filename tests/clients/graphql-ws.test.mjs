// graphql-ws: queries, mutations and subscriptions over one socket, and going on from a cursor.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { KNOWN, URL_, ask, block, newWiki, read } from './story.mjs';

const url = URL_.replace('http', 'ws');
const open = () => createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: KNOWN });
let world;
before(async () => { world = await newWiki(); });

test('a query and a mutation', async () => {
  const client = open();
  const one = await client.iterate({ query: read('node'), variables: { id: world.newcomer.id } }).next();
  assert.equal(one.value.data.node.name, 'Newcomer');
  const input = block(world.wiki, 'over-a-socket', { blockId: '7' });
  const two = await client.iterate({ query: read('block'), variables: { input } }).next();
  assert.deepEqual(two.value.data.recordBlock.userErrors, []);
  await client.dispose();
});

test('what came since a cursor, then what comes, and nothing twice after another connection', async () => {
  const { wiki } = world;
  const from = (await ask(`{ wiki(dbName: "${wiki}") { eventCursor } }`)).wiki.eventCursor;
  const change = (sourceId, more) => ask(
    'mutation($input: RecordBlockChangeInput!) { recordBlockChange(input: $input) { userErrors { message } } }',
    { input: { wiki, blockId: '7', occurredAt: new Date().toISOString(), source: 'test', sourceId, ...more } },
  );
  const heard = [];
  const listen = async (after, count) => {
    const client = open();
    for await (const { data, errors } of client.iterate({ query: read('watch'), variables: { wiki, after } })) {
      assert.equal(errors, undefined);
      heard.push(data.relationshipEvents);
      if (--count === 0) break;
    }
    await client.dispose();
  };
  await change('c1', { expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
  await listen(from, 1);
  const more = listen(heard[0].cursor, 1);
  await change('c2', { expiresAt: new Date(Date.now() + 7_200_000).toISOString() });
  await more;
  assert.deepEqual(heard.map(({ node }) => node.kind), ['CHANGED', 'CHANGED']);
  assert.equal(new Set(heard.map(({ node }) => node.id)).size, 2);
});

test('an operation that is wrong has an error, and the socket goes on', async () => {
  const client = open();
  await assert.rejects(client.iterate({ query: '{ nobody }' }).next());
  const next = await client.iterate({ query: '{ __typename }' }).next();
  assert.deepEqual(next.value.data, { __typename: 'Query' });
  await client.dispose();
});
