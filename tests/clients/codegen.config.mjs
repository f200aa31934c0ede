// Typed documents and the manifest of trusted ones, as a client of one's own would have them made.
export default {
  schema: '../../schema.graphql',
  documents: 'operations/*.graphql',
  generates: {
    'out/typed/': {
      preset: 'client',
      presetConfig: { persistedDocuments: { hashAlgorithm: 'sha256' }, fragmentMasking: false },
      config: {
        strictScalars: true,
        useTypeImports: true,
        scalars: { DateTime: 'string', Duration: 'string', BigInt: { input: 'string | number', output: 'string' } },
      },
    },
  },
};
