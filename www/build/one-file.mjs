// Makes the page of one file of the modules in target/modules: a document that asks for
// nothing, neither of a server nor of a folder. Its scripts and styles stand in it, and the
// policy names each by its hash; what is needed later is text there, until it is asked for.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { addresses, bundler, SHORT, STYLES, THREADS } from "./bundle.mjs";
import { POLICY_IN_PAGE } from "./headers.mjs";
import { NOTICES } from "./notices.mjs";
import { AHEAD, MODULES } from "./packages.mjs";
import { ONE_FILE } from "./page-files.mjs";
import { Told } from "./tools.mjs";

/** What differs in it, and what stands there in the place of which module. */
const INSTEAD = {
  "shared/own-file.js": "one-file/own-file.js",
  "page/own-url.js": "one-file/own-url.js",
  "page/styles.js": "one-file/styles.js",
  "page/threads.js": "one-file/threads.js",
};

/**
 * Its threads, as `one-file/threads.js` names them. No thread unpacks ahead: a page that
 * comes from a file shares no memory with its threads.
 */
const OWN_THREADS = ["worker", "reader", "hasher"];

/** Files that only the Worker asks for, and those that the page asks for. */
const OF_WORKER = Object.keys(MODULES)
  .filter((name) => name !== AHEAD)
  .map((name) => `core/${name}_bg.wasm`);
const OF_PAGE = ["sample.vma.zst", NOTICES];

/** What a browser may do, as `headers.mjs` has it of the page of many files. */
function policyOf(script, style) {
  const sources = new Map([
    // The core is compiled in the Worker, which has the policy of its document.
    ["script-src", `'${hashOf(script)}' 'wasm-unsafe-eval'`],
    ["style-src", `'${hashOf(style)}'`],
    ["img-src", "data:"],
    ["worker-src", "blob:"],
    ["manifest-src", "'none'"],
    ["frame-src", "'none'"],
    ["connect-src", "'none'"],
  ]);
  const directives = POLICY_IN_PAGE.split("; ").map((each) => {
    const [name] = each.split(" ");
    const others = sources.get(name);
    sources.delete(name);
    return others === undefined ? each : `${name} ${others}`;
  });
  if (sources.size > 0) throw new Told(`The policy of the page lacks ${[...sources.keys()]}.`);
  return directives.join("; ");
}

function hashOf(text) {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** Has the modules of the page of one file stand in the place of those that differ. */
function instead(modules) {
  const paths = new Map(
    Object.entries(INSTEAD).map((pair) => pair.map((name) => join(modules, name))),
  );
  return {
    name: "instead",
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const other = paths.get(join(resolveDir, path));
        return other === undefined ? null : { path: other };
      });
    },
  };
}

/** The script that begins with a module, with all that it imports, be it later. */
async function script(modules, name, format) {
  const { outputFiles } = await bundler().build({
    ...SHORT,
    absWorkingDir: modules,
    entryPoints: [name],
    format,
    write: false,
    // A file is asked for by its name within the page.
    plugins: [instead(modules), addresses(modules, (quote, each) => quote + each + quote)],
  });
  return asText(name, outputFiles[0].text);
}

/** All styles, in the order in which the page of many files loads them. */
async function styles(modules) {
  const { outputFiles } = await bundler().build({
    ...SHORT,
    absWorkingDir: modules,
    stdin: {
      contents: STYLES.map((name) => `@import "./${name}";`).join("\n"),
      resolveDir: modules,
      loader: "css",
    },
    write: false,
  });
  return asText("styles", outputFiles[0].text);
}

/** What a document hands on as it is: HTML has no way to write these in a script. */
function asText(name, text) {
  if (/<\/(script|style)|<!--|[\r\0]/i.test(text)) {
    throw new Told(`${name} has what would end it in a document, or change in it.`);
  }
  return text;
}

/** A file that is nothing until it is asked for by its name. */
function packed(folder, name, owner) {
  const gzip = gzipSync(readFileSync(join(folder, name)), { level: 9 });
  return `<script type="text/plain" id="${name}" data-of="${owner}">${gzip.toString("base64")}</script>`;
}

/** The link to this very file. */
const LINK = /<p data-of="many-files">[^]*?<\/p>\n/;

/** One file is not installed. */
const MANIFEST_LINK = /<link\s+rel="manifest"[^]*?\/>\n/;

/** Puts another text in the place of one that the document has to have. */
function replaced(html, [what, by]) {
  const pieces = html.split(what);
  if (pieces.length < 2) throw new Told(`index.html has no ${what}.`);
  return pieces.join(by);
}

/** The document of the page of many files, with all that it names in it. */
function document(page, { begin, style, threads }) {
  const icon = readFileSync(join(page, "icon.svg")).toString("base64");
  const later = [
    ...OWN_THREADS.map(
      (name, i) => `<script type="text/plain" id="${name}">${threads[i]}</script>`,
    ),
    ...OF_WORKER.map((name) => packed(page, name, "worker")),
    ...OF_PAGE.map((name) => packed(page, name, "page")),
    `<script type="module">${begin}</script>`,
  ];
  return [
    [POLICY_IN_PAGE, policyOf(begin, style)],
    [`<link rel="stylesheet" href="styles/page.css" />`, `<style>${style}</style>`],
    [`<script type="module" src="start.js"></script>\n`, ""],
    [`"icon.svg"`, `"data:image/svg+xml;base64,${icon}"`],
    [LINK, ""],
    [MANIFEST_LINK, ""],
    ["</body>", `${later.join("\n")}\n</body>`],
  ].reduce(replaced, readFileSync(join(page, "index.html"), "utf8"));
}

/**
 * Writes it beside the page that is made of the same modules, and its hash as sha256sum
 * writes it beside it. The same modules and files give the same bytes.
 * @param {string} modules
 * @param {string} page the folder of the page, which is whole but for lists of its files
 * @returns {Promise<string>} what came of it, for the person who builds
 */
export async function writeOneFile(modules, page) {
  const html = document(page, {
    begin: await script(modules, "one-file/begin.js", "esm"),
    style: await styles(modules),
    threads: await Promise.all(OWN_THREADS.map((name) => script(modules, THREADS[name], "iife"))),
  });
  writeFileSync(join(page, ONE_FILE), html);
  const sha256 = createHash("sha256").update(html).digest("hex");
  writeFileSync(join(page, `${ONE_FILE}.sha256`), `${sha256}  ${ONE_FILE}\n`);
  return `Built ${ONE_FILE} in there: ${Math.ceil(Buffer.byteLength(html) / 1024)} KiB, SHA-256 ${sha256}`;
}
