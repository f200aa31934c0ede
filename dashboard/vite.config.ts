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

export default defineConfig({
  base: "/static/dashboard/",
  plugins: [vue(), beside()],
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
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  server: { proxy: { "/graphql": { target: "http://127.0.0.1:8400", ws: true } } },
});
