// What the field asks of a schema, and of operations; each exception has its reason.
import graphql from '@graphql-eslint/eslint-plugin';

const { parser } = graphql;
const parserOptions = {
  graphQLConfig: { schema: 'schema.graphql', documents: 'tests/clients/operations/*.graphql' },
};

export default [
  {
    files: ['schema.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: { parser, parserOptions },
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      '@graphql-eslint/require-deprecation-date': 'error',
      '@graphql-eslint/require-nullable-fields-with-oneof': 'error',
      '@graphql-eslint/no-scalar-result-type-on-mutation': 'error',
      // Edges carry what lies between the two, as Relay's specification allows.
      '@graphql-eslint/relay-edge-types': ['error', { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false }],
      // The specification's own directive; and `Block.blockId` is the wiki's id, beside `id`, which is ours.
      '@graphql-eslint/require-description': [
        'error',
        { types: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true },
      ],
      '@graphql-eslint/no-typename-prefix': 'off',
      // What has no life of its own has no id.
      '@graphql-eslint/strict-id-in-types': 'off',
    },
  },
  {
    files: ['tests/clients/operations/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: { parser, parserOptions },
    rules: {
      ...graphql.configs['flat/operations-recommended'].rules,
      // A payload's wiki and mentee have ids; its errors have none.
      '@graphql-eslint/require-selections': ['error', { fieldName: 'id' }],
      '@graphql-eslint/selection-set-depth': 'off',
    },
  },
];
