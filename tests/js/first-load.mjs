// What a browser fetches before anything is opened, by what the built files name: the
// document, what it links to, what scripts import, the threads that the page starts, and
// what those fetch. A thread's import() is for later; that of the page is not, but for
// other languages.

import { readFileSync } from "node:fs";
import { join, posix } from "node:path";

// The manifest is read only by browsers that offer to install the page: none of the tests' does.
const LINKED = /<(?:link(?! rel="manifest")|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"/g;
const IMPORTED = /(?:\bfrom|\bimport)\s*"(\.[^"]+)"/g;
const IMPORTED_LATER = /\bimport\(\s*["'`](\.[^"'`]+)["'`]\s*\)/g;
const ADDRESS = /new URL\(\s*["'`]([^"'`$]+)["'`]\s*,\s*import\.meta\.url\s*\)/g;

/**
 * What is loaded when it is first looked at, views, their styles, and sentences; and threads
 * that the page starts for some backups alone. In browsers it is counted what is fetched
 * (`tests/browser/requests.test.mjs`).
 */
const LATER =
  /^((hex-view|parts-later|catalogue-later-[a-z]+)-[A-Z0-9]{8}\.js|styles\/(hex|files)\.css|worker\/ahead\/hand-worker\.js)$/;

/**
 * Names of the files of the page in `folder`, that of the document first.
 * @param {string} folder
 * @returns {string[]}
 */
export function firstLoad(folder) {
  const html = readFileSync(join(folder, "index.html"), "utf8");
  const [, language] = /<html lang="(\w+)"/.exec(html);
  const isSpoken = (name) => (/catalogue-([a-z]+)/.exec(name)?.[1] ?? language) === language;
  const found = new Set(["index.html"]);
  const visit = (name, isThread) => {
    if (found.has(name) || LATER.test(name)) return;
    found.add(name);
    if (!name.endsWith(".js")) return;
    const code = readFileSync(join(folder, name), "utf8");
    const named = (pattern) =>
      [...code.matchAll(pattern)].map(([, path]) => posix.join(posix.dirname(name), path));
    for (const each of named(IMPORTED)) visit(each, isThread);
    // The page starts its threads at once; what a thread names it fetches at once.
    for (const each of named(ADDRESS)) visit(each, true);
    const later = isThread ? [] : named(IMPORTED_LATER).filter(isSpoken);
    for (const each of later) visit(each, false);
  };
  for (const [, name] of html.matchAll(LINKED)) visit(name, false);
  return [...found];
}
