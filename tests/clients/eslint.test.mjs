// graphql-eslint: the habits of the field, on the schema and on the operations.
import { test } from 'node:test';
import { root, run } from './tool.mjs';

const lint = (what) => run('eslint', ['--config', 'tests/clients/eslint.config.mjs', what], root);

test('the schema keeps to the habits of the field', () => lint('schema.graphql'));
test('the operations do, too', () => lint('tests/clients/operations'));
