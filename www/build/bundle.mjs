// Makes the files that a browser fetches of the modules in target/modules, with esbuild:
// few, and small. What each thread needs is one script; what is imported by a call of
// import() stays a file of its own, fetched when it is called for.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import { ICONS, MANIFEST } from "./manifest.mjs";
import { LINE } from "./page-files.mjs";
import { Told } from "./tools.mjs";

/** The scripts of threads beside that of the page, each by itself. */
export const THREADS = {
  worker: "worker/worker.js",
  reader: "worker/source/file-stream-worker.js",
  hasher: "worker/hashing/hash-worker.js",
  hand: "worker/ahead/hand-worker.js",
};

/** All styles in their order, and those of parts of the page that are loaded later. */
export const STYLES = ["styles/page.css", "styles/hex.css", "styles/files.css"];

/** What comes as it is. */
const PLAIN = [...ICONS, MANIFEST, "sample.vma.zst"];

/** The oldest browsers that the tests may run in: see programs.mjs. */
const BROWSERS = ["chrome120", "firefox128"];

/** How every bundle is made. */
export const SHORT = {
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "none",
  target: BROWSERS,
};

/** An address that is told from that of the module it stands in. */
const ADDRESS = /new URL\(\s*(["'`])([^"'`]+)\1\s*,\s*import\.meta\.url\s*,?\s*\)/g;

/** In a module's text, has each address be what becomes of its file's name within the page. */
function readdressed(text, path, folder, become) {
  if (text.replace(ADDRESS, "").includes("import.meta.url")) {
    throw new Told(`${path} asks where it is, and will be elsewhere, but in new URL("…", …).`);
  }
  return text.replace(ADDRESS, (_, quote, address) => {
    const target = resolve(dirname(path), address);
    // One that is put together leads to no file of the page.
    if (!address.includes("${") && !existsSync(target)) {
      throw new Told(`${path} names ${address}: there is no such file.`);
    }
    return become(quote, relative(folder, target).split(sep).join("/"));
  });
}

/** The address of a file, from the bundle's own. */
function fromBundle(quote, name) {
  return `new URL(${quote}${name.startsWith(".") ? name : `./${name}`}${quote}, import.meta.url)`;
}

/**
 * Addresses of files, for bundles that lie in `folder` of the modules.
 * @param {string} folder
 * @param {(quote: string, name: string) => string} [become] what stands for each in the code
 */
export function addresses(folder, become = fromBundle) {
  return {
    name: "addresses",
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/ }, ({ path }) => ({
        contents: readdressed(readFileSync(path, "utf8"), path, folder, become),
        loader: "js",
      }));
    },
  };
}

/** Has modules be imported from another script of the page, and not be in this one as well. */
function importedFrom(script, paths) {
  return {
    name: `from ${script}`,
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => {
        const isThere = kind !== "entry-point" && paths.includes(resolve(resolveDir, path));
        return isThere ? { path: `./${script}`, external: true } : null;
      });
    },
  };
}

/** Leaves out the Service Worker's line of files, which is kept from being made short. */
const withoutFiles = {
  name: "without-files",
  setup({ onLoad }) {
    onLoad({ filter: /service-worker\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!LINE.test(text)) throw new Told(`${path} has no line for the page's files.`);
      return { contents: text.replace(LINE, ""), loader: "js" };
    });
  },
};

/** esbuild, which is there once packages are installed, and not before. */
export function bundler() {
  return createRequire(import.meta.url)("esbuild");
}

/**
 * Bundles what begins with a module. It lies beside where the module lay, what it imports
 * later beside it.
 * @returns {Promise<string[]>} paths of the modules that are in it
 */
async function script(modules, page, name, plugins = []) {
  const folder = posix.dirname(name);
  const { metafile } = await bundler().build({
    ...SHORT,
    absWorkingDir: modules,
    entryPoints: [name],
    outdir: join(page, folder),
    format: "esm",
    splitting: true,
    chunkNames: "[name]-[hash]",
    metafile: true,
    plugins: [...plugins, addresses(join(modules, folder))],
  });
  return Object.keys(metafile.inputs).map((path) => join(modules, path));
}

/** The Service Worker is no module: no browser of all these takes it for one. */
async function serviceWorker(modules, page) {
  const name = "service-worker.js";
  const outfile = join(page, name);
  await bundler().build({
    ...SHORT,
    absWorkingDir: modules,
    entryPoints: [name],
    outfile,
    format: "iife",
    plugins: [withoutFiles],
  });
  writeFileSync(outfile, `const PAGE = null;\n${readFileSync(outfile, "utf8")}`);
}

async function styles(modules, page) {
  await bundler().build({
    ...SHORT,
    absWorkingDir: modules,
    entryPoints: STYLES,
    outdir: join(page, "styles"),
    outbase: join(modules, "styles"),
  });
}

/** What indents index.html is nothing to a browser. */
function document(modules, page) {
  const html = readFileSync(join(modules, "index.html"), "utf8");
  writeFileSync(join(page, "index.html"), html.replace(/^[ \t]+/gm, ""));
}

/**
 * Makes the page's files of the modules in one folder, in another.
 * @param {string} modules
 * @param {string} page
 */
export async function bundle(modules, page) {
  mkdirSync(join(page, "core"), { recursive: true });
  const isWasm = (name) => name.endsWith(".wasm");
  const cores = readdirSync(join(modules, "core")).filter(isWasm);
  for (const name of [...PLAIN, ...cores.map((each) => `core/${each}`)]) {
    cpSync(join(modules, name), join(page, name));
  }
  document(modules, page);
  await styles(modules, page);
  const later = importedFrom("main.js", [join(modules, "main.js")]);
  const first = await script(modules, page, "start.js", [later]);
  await script(modules, page, "main.js", [importedFrom("start.js", first)]);
  for (const name of Object.values(THREADS)) await script(modules, page, name);
  await serviceWorker(modules, page);
}
