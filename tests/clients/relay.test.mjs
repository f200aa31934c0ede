// relay-compiler: the schema keeps what Relay takes for granted (nodes, connections, edges, cursors).
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { run } from './tool.mjs';

test('an application of Relay compiles', () => {
  mkdirSync(new URL('out/relay', import.meta.url), { recursive: true });
  run('relay-compiler', ['relay.config.json']);
});
