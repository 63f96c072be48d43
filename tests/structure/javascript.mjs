// What JavaScript files import: modules, and types that comments name.

import { posix } from "node:path";
import { lineAt } from "./text.mjs";

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g;

/**
 * What each file imports, with the line.
 * @param {Map<string, { text: string }>} files by path under `www`
 */
export function scriptImports(files) {
  const imports = new Map();
  for (const [file, { text }] of files) {
    const found = new Map();
    for (const one of text.matchAll(IMPORT)) {
      if (!one[1].startsWith(".")) continue;
      const named = posix.normalize(posix.join(posix.dirname(file), one[1]));
      const target = files.has(named) ? named : named.replace(/\.js$/, ".d.ts");
      // The core is built beside the page, and is no file of it.
      if (!files.has(target) || target === file || found.has(target)) continue;
      found.set(target, lineAt(text, one.index));
    }
    imports.set(file, found);
  }
  return imports;
}
