// The audit of graphql-http: every MUST, SHOULD and MAY of GraphQL over HTTP.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverAudits } from 'graphql-http';
import { URL_ } from './story.mjs';

const audits = serverAudits({ url: URL_, fetchFn: fetch });

test('the audit has as many checks as ever', () => assert.equal(audits.length, 61));

for (const audit of audits) {
  test(`${audit.id} ${audit.name}`, async () => {
    const result = await audit.fn();
    assert.equal(result.status, 'ok', `${result.status}: ${result.reason}`);
  });
}
