// curl, as the README has it: a query, a mutation with a token, and events as they come.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { before, test } from 'node:test';
import { KNOWN, URL_, block, newWiki, read } from './story.mjs';

const JSON_ = ['-H', 'content-type: application/json', '-H', `authorization: ${KNOWN.authorization}`];
const curl = (...args) => spawnSync('curl', ['-sS', '--fail-with-body', ...args, URL_], { encoding: 'utf8' });
let world;
before(async () => { world = await newWiki(); });

test('a query without a token, by POST and by GET', () => {
  const query = '{ wikis { totalCount } }';
  for (const args of [['-H', JSON_[1], '-d', JSON.stringify({ query })], ['-G', '--data-urlencode', `query=${query}`]]) {
    const { status, stdout } = curl(...args, '-H', 'graphql-require-preflight: 1');
    assert.equal(status, 0, stdout);
    assert.ok(JSON.parse(stdout).data.wikis.totalCount > 0);
  }
});

test('a mutation with a token, and a status that says what went wrong', () => {
  const input = block(world.wiki, 'by-curl', { blockId: '70' });
  const done = curl(...JSON_, '-d', JSON.stringify({ query: read('block'), variables: { input } }));
  assert.deepEqual(JSON.parse(done.stdout).data.recordBlock.userErrors, []);
  const wrong = curl(...JSON_, '-d', '{');
  assert.equal(wrong.status, 22);
  assert.equal(JSON.parse(wrong.stdout).errors[0].extensions.code, 'BAD_JSON');
});

test('events as they come', async () => {
  const query = `subscription { relationshipEvents(wiki: "${world.wiki}", after: null) { node { kind } } }`;
  const told = spawn('curl', ['-sSN', ...JSON_, '-H', 'accept: text/event-stream', '-d', JSON.stringify({ query }), URL_]);
  let heard = '';
  for await (const part of told.stdout) {
    heard += part;
    if (heard.includes(':')) break;
  }
  told.kill();
  assert.match(heard, /^(:|id:|event: next)/);
});
