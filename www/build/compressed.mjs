// Files as our server sends them to whoever takes gzip: made once each.

import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** Endings of files that are not packed already. */
const PACKABLE = new Set([".css", ".html", ".js", ".json", ".svg", ".txt", ".wasm"]);

/** Whether a request takes gzip: RFC 9110, 12.5.3. What gives it no weight refuses it. */
export function takesGzip(header = "") {
  const codings = header.split(",").map((each) =>
    each
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/),
  );
  const weight = (name) => {
    const found = codings.find(([coding]) => coding === name);
    return found && Number(/^q=(.*)$/.exec(found[1] ?? "q=1")?.[1] ?? 1);
  };
  return (weight("gzip") ?? weight("x-gzip") ?? weight("*") ?? 0) > 0;
}

export function isPackable(file) {
  return PACKABLE.has(extname(file));
}

/** What files are as gzip, by their path, made anew where they have changed. */
export class Compressed {
  /** @type {Map<string, { version: string, bytes: Promise<Buffer> }>} */
  #made = new Map();

  /**
   * @param {string} file
   * @param {import("node:fs").Stats} stats
   */
  async of(file, { mtimeMs, size }) {
    const version = `${mtimeMs} ${size}`;
    const present = this.#made.get(file);
    if (present?.version === version) return present.bytes;
    const bytes = readFile(file).then((plain) => promisify(gzip)(plain, { level: 9 }));
    this.#made.set(file, { version, bytes });
    return bytes;
  }
}
