// One of the installed tools, run in this folder or another; what it says is the failure.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
export const root = fileURLToPath(new URL('../../', import.meta.url));

export function run(tool, args, cwd = here) {
  const done = spawnSync(`${here}node_modules/.bin/${tool}`, args, { cwd, encoding: 'utf8' });
  assert.equal(done.status, 0, `${tool} ${args.join(' ')}\n${done.stdout}\n${done.stderr}`);
  return done.stdout;
}
