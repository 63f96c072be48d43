// Writes the SHA-256 of every file of the page, as sha256sum does and checks it:
//
//     cd target/page && sha256sum --check --strict SHA256SUMS

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";

/** Name of the file within the page. */
export const HASHES = "SHA256SUMS";

/** Files of a folder and those below, by names that are the same on any system. */
function namesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => name.split(sep).join("/"))
    .sort();
}

/** The list for a folder, without the list itself. */
export function hashes(folder) {
  const lines = namesIn(folder)
    .filter((name) => name !== HASHES)
    .map((name) => {
      const hash = createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex");
      return `${hash}  ${name}\n`;
    });
  return lines.join("");
}

/** Writes the list into the folder of the page. Whatever is written later is not in it. */
export function writeHashes(folder) {
  writeFileSync(join(folder, HASHES), hashes(folder));
}
