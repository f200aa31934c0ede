// graphql-codegen: its types compile, and its manifest is asked by ids, by GET too.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { URL_, newWiki } from './story.mjs';
import { run } from './tool.mjs';

test('the generated types are TypeScript at its strictest', () =>
  run('tsc', [
    ...['--noEmit', '--strict', '--skipLibCheck', '--module', 'esnext', '--moduleResolution', 'bundler'],
    ...['--verbatimModuleSyntax', 'out/typed/graphql.ts'],
  ]));

test('a document of the manifest is answered by its id, and not sent again where it is known', async () => {
  const manifest = JSON.parse(readFileSync(new URL('out/typed/persisted-documents.json', import.meta.url)));
  const [documentId] = Object.entries(manifest).find(([, text]) => text.includes('query Node'));
  const { newcomer } = await newWiki();
  const address = new URL(URL_);
  address.search = new URLSearchParams({ documentId, variables: JSON.stringify({ id: newcomer.id }) });
  const answer = await fetch(address, { headers: { accept: 'application/graphql-response+json' } });
  assert.equal((await answer.json()).data.node.name, 'Newcomer');
  const again = await fetch(address, {
    headers: { accept: 'application/graphql-response+json', 'if-none-match': answer.headers.get('etag') },
  });
  assert.equal(again.status, 304);
});
