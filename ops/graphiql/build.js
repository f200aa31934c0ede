// Bundles the page and Monaco's three workers, and gathers the licences of what went into them.

import { build } from "esbuild";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";

const MODULES = "node_modules/";
const out = process.argv[2];

const { metafile } = await build({
  entryPoints: {
    graphiql: "page.js",
    "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
    "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
    "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
  },
  outdir: out,
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  metafile: true,
  legalComments: "none", // gathered below, whole
  loader: { ".ttf": "file", ".woff": "file", ".woff2": "file" },
  assetNames: "[name]",
  // graphql-js asks for `globalThis.process` first, and keeps its slow checks where that is missing.
  define: { "process.env.NODE_ENV": '"production"', "globalThis.process": "true" },
});

const packageOf = (path) => {
  const [first, second] = path.slice(path.lastIndexOf(MODULES) + MODULES.length).split("/");
  const folder = path.slice(0, path.lastIndexOf(MODULES) + MODULES.length);
  return folder + (first.startsWith("@") ? `${first}/${second}` : first);
};

const notice = (folder) => {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|thirdparty)/i.test(file));
  const body = texts.map((file) => readFileSync(`${folder}/${file}`, "utf8").trim()).join("\n\n");
  return `${"=".repeat(78)}\n${name} ${version} (${license})\n${"=".repeat(78)}\n\n${body || "Its package holds no licence text."}\n`;
};

const folders = Object.keys(metafile.inputs).filter((path) => path.includes(MODULES)).map(packageOf);
const used = [...new Set(folders)].filter((folder) => existsSync(`${folder}/package.json`)).sort();
const head = "GraphiQL and what it stands on, as bundled into this folder by ops/vendor-graphiql.sh.\n\n";
writeFileSync(`${out}/THIRD_PARTY.txt`, head + used.map(notice).join("\n"));
