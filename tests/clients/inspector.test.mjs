// graphql-inspector: the operations fit the schema.
import { test } from 'node:test';
import { run } from './tool.mjs';

test('every example operation is valid, and none is deep', () =>
  run('graphql-inspector', ['validate', 'operations/*.graphql', '../../schema.graphql', '--maxDepth', '10']));

test('the schema has no breaking change against itself', () =>
  run('graphql-inspector', ['diff', '../../schema.graphql', '../../schema.graphql']));
