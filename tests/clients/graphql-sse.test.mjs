// graphql-sse: the same operations without a socket, each on a connection of its own.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createClient } from 'graphql-sse';
import { KNOWN, URL_, ask, block, newWiki, read } from './story.mjs';

const open = (more) => createClient({ url: URL_, headers: KNOWN, singleConnection: false, retryAttempts: 0, ...more });
let world;
before(async () => { world = await newWiki(); });

test('a query and a mutation', async () => {
  const client = open();
  const one = await client.iterate({ query: read('node'), variables: { id: world.newcomer.id } }).next();
  assert.equal(one.value.data.node.name, 'Newcomer');
  const input = block(world.wiki, 'without-a-socket', { blockId: '7' });
  const two = await client.iterate({ query: read('block'), variables: { input } }).next();
  assert.deepEqual(two.value.data.recordBlock.userErrors, []);
  client.dispose();
});

test('what came since a cursor, then what comes', async () => {
  const { wiki } = world;
  const from = (await ask(`{ wiki(dbName: "${wiki}") { eventCursor } }`)).wiki.eventCursor;
  const change = (sourceId, hours) => ask(
    'mutation($input: RecordBlockChangeInput!) { recordBlockChange(input: $input) { userErrors { message } } }',
    {
      input: {
        wiki, blockId: '7', occurredAt: new Date().toISOString(), source: 'test', sourceId,
        expiresAt: new Date(Date.now() + hours * 3_600_000).toISOString(),
      },
    },
  );
  await change('s1', 1);
  const client = open();
  const told = client.iterate({ query: read('watch'), variables: { wiki, after: from } });
  const first = (await told.next()).value;
  assert.equal(first.errors, undefined);
  const next = told.next();
  await change('s2', 2);
  const second = (await next).value;
  const events = [first, second].map(({ data }) => data.relationshipEvents);
  assert.deepEqual(events.map(({ node }) => node.kind), ['CHANGED', 'CHANGED']);
  assert.notEqual(events[0].cursor, events[1].cursor);
  client.dispose();
});

test('an operation that is wrong has its errors in the stream', async () => {
  const client = open();
  const { value } = await client.iterate({ query: '{ nobody }' }).next();
  assert.match(value.errors[0].message, /nobody/);
  client.dispose();
});

test('one connection for all operations is refused, and it is said how to ask', async () => {
  const client = open({ singleConnection: true });
  const refused = await client.iterate({ query: '{ wikis { totalCount } }' }).next().catch((error) => error);
  assert.equal(refused.response.status, 405);
  // The client lets go of the answer; whoever looks at it, as in a browser's tools, reads what to do.
  const { errors } = await (await fetch(URL_, { method: 'PUT', headers: KNOWN })).json();
  assert.match(errors[0].message, /singleConnection: false/);
  client.dispose();
});
