// Files as they are committed: how large, and of no one machine.

import { lineAt } from "./text.mjs";

const KIB = 1024;
const PACKED = /\.(zst|lzo|gz|bz2|xz|zip)$/;

/** Bytes that a file may have. */
export function bytesMax(path) {
  return path.startsWith("tests/fixtures/") && PACKED.test(path) ? 512 * KIB : 256 * KIB;
}

export function tooManyBytes(path, bytes) {
  const max = bytesMax(path);
  return bytes > max ? [`${path}: ${bytes} bytes, and at most ${max} are allowed`] : [];
}

/** Folders that are somebody's own. In two parts each, so as not to find this line. */
const OWN_FOLDERS = new RegExp(
  [
    "(?<![\\w.])/(?:ho" + "me|Us" + "ers)/\\w",
    "(?<![\\w.])/(?:wo" + "rk|ro" + "ot)/\\w",
    "\\b[A-Z]:\\\\Us" + "ers\\\\",
  ].join("|"),
  "g",
);

export function machinePaths(path, text) {
  return [...text.matchAll(OWN_FOLDERS)].map(
    (found) => `${path}:${lineAt(text, found.index)}: a path of one machine: ${found[0]}`,
  );
}
