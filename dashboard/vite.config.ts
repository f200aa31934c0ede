import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig, type Plugin } from "vite";

const OUT = fileURLToPath(new URL("../mentorgraph/static/dashboard", import.meta.url));
const LICENCE = /^(licen[cs]e|copying)/i;

/** Writes what has to go with the bundle: the licences of what is in it, and the operations the server may trust. */
function beside(): Plugin {
  return {
    name: "beside-the-bundle",
    generateBundle(_, bundle) {
      const packages = new Set<string>();
      for (const one of Object.values(bundle))
        if (one.type === "chunk")
          for (const id of one.moduleIds) {
            const found = id.split("?")[0]!.match(/^\0?(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//);
            if (found) packages.add(found[1]!);
          }
      const told = [...packages].sort().map((folder) => {
        const about = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
        const licence = readdirSync(folder).find((name) => LICENCE.test(name));
        const text = licence ? readFileSync(`${folder}/${licence}`, "utf8").trim() : "";
        return `${about.name} ${about.version} (${about.license})\n${"=".repeat(78)}\n${text}\n`;
      });
      this.emitFile({ type: "asset", fileName: "THIRD_PARTY.txt", source: told.join("\n") });
      const manifest = fileURLToPath(new URL("src/gql/persisted-documents.json", import.meta.url));
      if (!existsSync(manifest)) this.error("There are no typed documents yet: npm run codegen");
      this.emitFile({ type: "asset", fileName: "documents.json", source: readFileSync(manifest, "utf8") });
    },
  };
}

/** Each typed document brings its own copy of the fragments that it uses; the bundle has each once. */
function fragmentsOnce(): Plugin {
  return {
    name: "fragments-once",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith("/src/gql/graphql.ts")) return null;
      const fragments = new Map<string, string>();
      const documents = code.replaceAll(/^(export const \w+ = )(\{.*\})( as unknown as .*)$/gm, (_, before, document, after) => {
        const { __meta__, kind, definitions } = JSON.parse(document);
        const written = definitions.map((one: { kind: string; name: { value: string } }) => {
          if (one.kind !== "FragmentDefinition") return JSON.stringify(one);
          fragments.set(`fragment${one.name.value}`, JSON.stringify(one));
          return `fragment${one.name.value}`;
        });
        return `${before}{"__meta__":${JSON.stringify(__meta__)},"kind":"${kind}","definitions":[${written.join(",")}]}${after}`;
      });
      return [...fragments].map(([name, text]) => `const ${name} = ${text};`).join("\n") + "\n" + documents;
    },
  };
}

/** Banana knows the grammar of every language; the bundle needs that of those in which there are messages. */
function ownLanguages(): Plugin {
  const folder = fileURLToPath(new URL("node_modules/banana-i18n/src/", import.meta.url));
  return {
    name: "own-languages",
    enforce: "pre",
    resolveId(source, importer) {
      if (source === "banana-i18n") return `${folder}index.js`;
      if (!importer?.startsWith(folder)) return null;
      if (source === "./languages/index.js") return "\0languages";
      return source.endsWith("fallbacks.json") ? "\0fallbacks" : null;
    },
    load(id) {
      if (id === "\0fallbacks") return "export default {}";
      if (id !== "\0languages") return null;
      return `import language from "${folder}languages/language.js"; import he from "${folder}languages/he.js"; export default { default: language, he };`;
    },
  };
}

export default defineConfig({
  base: "/static/dashboard/",
  plugins: [ownLanguages(), fragmentsOnce(), vue(), beside()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    modulePreload: { polyfill: false },
    cssCodeSplit: true,
    assetsInlineLimit: 0,
    rollupOptions: {
      // Codex comes as one module, without a word on which of its calls do nothing but make a component.
      treeshake: { manualPureFunctions: ["defineComponent", "_export_sfc", "makeStringTypeValidator"] },
      output: {
        // What every list needs is one file: a dozen small ones pack worse.
        codeSplitting: { groups: [{ name: "parts", test: /src\/(client|query|filters|csv|live|acts|session|gql\/graphql|parts\/(Failure|GraphiqlLink|MentorLookup|Moment|Pager|Person|SortHead|StarButton|StateChip|Why))\.(ts|vue)/ }] },
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  server: { proxy: { "/graphql": { target: "http://127.0.0.1:8400", ws: true } } },
});
