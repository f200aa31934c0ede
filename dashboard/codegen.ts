import type { CodegenConfig } from "@graphql-codegen/cli";
import { addTypenameSelectionDocumentTransform } from "@graphql-codegen/client-preset";

const config: CodegenConfig = {
  schema: "../schema.graphql",
  documents: "src/operations/*.graphql",
  generates: {
    "src/gql/": {
      preset: "client",
      documentTransforms: [addTypenameSelectionDocumentTransform],
      presetConfig: {
        fragmentMasking: false,
        persistedDocuments: { hashPropertyName: "hash", hashAlgorithm: "sha256" },
      },
      config: {
        dedupeFragments: true,
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        skipTypename: false,
        scalars: { BigInt: "string", DateTime: "string", Duration: "string", ID: "string" },
      },
    },
  },
};
export default config;
