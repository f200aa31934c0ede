// urql, which lists text/event-stream with every query and wants JSON all the same.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { KNOWN, URL_, block, newWiki, read } from './story.mjs';

const exchanges = [cacheExchange, fetchExchange];
const client = new Client({ url: URL_, exchanges, preferGetMethod: false, fetchOptions: { headers: KNOWN } });
let world;
before(async () => { world = await newWiki(); });

test('a query by POST and by GET', async () => {
  for (const preferGetMethod of [false, 'force']) {
    const context = { preferGetMethod, requestPolicy: 'network-only' };
    const { data, error } = await client.query(read('node'), { id: world.newcomer.id }, context).toPromise();
    assert.equal(error, undefined);
    assert.equal(data.node.name, 'Newcomer');
  }
});

test('a mutation, and the errors that a caller can act on', async () => {
  const bad = block(world.wiki, 'bad', { occurredAt: '2026-01-01T00:00:00' });
  const { data } = await client.mutation(read('block'), { input: bad }).toPromise();
  const [told] = data.recordBlock.userErrors;
  assert.deepEqual([told.code, told.field], ['INVALID', ['input', 'occurredAt']]);
});
