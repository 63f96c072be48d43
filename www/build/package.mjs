// Makes the package for npm in target/package, of the modules in target/modules: the core
// that opens, scans and reads, an entry for Node and one for browsers, and sentences. It is
// written as it is to be packed: it has no scripts and needs nothing.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { NOTICES } from "./notices.mjs";
import { root } from "./tools.mjs";

/** Where it is. */
export const npmPackage = join(root, "target/package");

/** Of the modules. The types of the second are named by those of the first. */
const MODULES = [
  "core/vma_inspector.js",
  "core/vma_inspector.d.ts",
  "core/vma_inspector_bg.wasm",
  "core/vma_inspector_disks.d.ts",
  "worker/source/node-source.js",
  "worker/source/source-shrank.js",
];

const OWN = ["index.d.ts", "backup.js", "random-access.js", "node.js", "browser.js"];

/** What it has words for: what is found, and why something cannot be read. */
const FAMILIES = /^(finding|container-finding|finding-unknown|failure)\./;

const ENTRIES = {
  ".": {
    types: "./package/index.d.ts",
    node: "./package/node.js",
    default: "./package/browser.js",
  },
  "./words/*.json": "./words/*.json",
  "./package.json": "./package.json",
};

/** The command of the package, once it has the terminal's program. */
export const TERMINAL = { script: "package/terminal.js", wasm: "terminal/vma-inspector.wasm" };

function manifest(files) {
  const { name, version, license, engines } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  const description =
    "Reads backups of Proxmox VE (.vma): what is in them, what is wrong, any bytes";
  const keywords = ["proxmox", "vma", "backup", "vzdump", "wasm"];
  return {
    ...{ name, version, description, keywords, license, type: "module", engines },
    ...{ exports: ENTRIES, types: ENTRIES["."].types, sideEffects: false, files },
  };
}

/** The sentences of a language that the package has words for. */
function words(language) {
  const all = JSON.parse(readFileSync(join(root, `www/words/${language}.json`), "utf8"));
  const own = Object.entries(all).filter(([key]) => FAMILIES.test(key));
  return `${JSON.stringify(Object.fromEntries(own))}\n`;
}

/**
 * @param {string} modules
 * @param {string} page the folder that has the licences
 * @param {readonly string[]} languages
 */
export function writePackage(modules, page, languages) {
  rmSync(npmPackage, { recursive: true, force: true });
  const put = (name, from) => {
    mkdirSync(dirname(join(npmPackage, name)), { recursive: true });
    cpSync(from, join(npmPackage, name));
  };
  for (const name of MODULES) put(name, join(modules, name));
  for (const name of OWN) put(`package/${name}`, join(root, "www/package", name));
  for (const name of ["LICENSE-MIT", "LICENSE-APACHE"]) put(name, join(root, name));
  put("README.md", join(root, "www/package/README.md"));
  put(NOTICES, join(page, NOTICES));
  mkdirSync(join(npmPackage, "words"));
  for (const each of languages) {
    writeFileSync(join(npmPackage, `words/${each}.json`), words(each));
  }
  const files = ["core", "package", "words", "worker", "LICENSE-*", NOTICES];
  const json = JSON.stringify(manifest(files), null, 2);
  writeFileSync(join(npmPackage, "package.json"), `${json}\n`);
}
