// Files for the page and the terminal to be held against each other: the fixtures, what is
// damaged of them by seed, and what their configurations and headers say when changed.

import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../www/build/tools.mjs";

const fixtures = join(root, "tests/fixtures");
const corpus = join(root, "tests/container/corpus");
const folder = mkdtempSync(join(tmpdir(), "vma-terminal-"));

/** Fields of the header of an archive, by the format. */
const AT = { md5: 32, blobs: 48, size: 56 };
/** A name that Proxmox takes, of the time in the fixtures' headers. */
export const NAMED = "vzdump-qemu-101-2026_11_22-21_54_02.vma";

export const fixture = (name) => readFileSync(join(fixtures, name));

/** All files of the fixtures and of the corpus of containers. */
export function committed() {
  return [fixtures, corpus].flatMap((from) => readdirSync(from).map((name) => join(from, name)));
}

let count = 0;

/** A file of that name, in a folder of its own. */
export function written(name, bytes) {
  count += 1;
  const own = mkdtempSync(join(folder, `${count}-`));
  const path = join(own, name);
  writeFileSync(path, bytes);
  return path;
}

/** A header whose checksum agrees again. */
export function summed(bytes) {
  const size = bytes.readUInt32BE(AT.size);
  bytes.fill(0, AT.md5, AT.md5 + 16);
  createHash("md5").update(bytes.subarray(0, size)).digest().copy(bytes, AT.md5);
  return bytes;
}

/** The header of the extent at `at`, whose checksum agrees again. */
export function summedExtent(bytes, at) {
  bytes.fill(0, at + 24, at + 40);
  const sum = createHash("md5")
    .update(bytes.subarray(at, at + 512))
    .digest();
  sum.copy(bytes, at + 24);
  return bytes;
}

/** The archive with another text in `qemu-server.conf`, of the same length. */
export function configured(bytes, change) {
  const made = Buffer.from(bytes);
  // The first blob is the name, the second the text, each behind its length.
  const blobs = made.readUInt32BE(AT.blobs) + 1;
  const text = blobs + 2 + made.readUInt16LE(blobs) + 2;
  const length = made.readUInt16LE(text - 2);
  const changed = change(made.toString("utf8", text, text + length));
  made.write(changed.padEnd(length, "\n"), text);
  return summed(made);
}

/** The archive with another name for its disk, of the same length. */
export function renamed(bytes, from, to) {
  const made = Buffer.from(bytes);
  const at = made.indexOf(`${from}\0`, made.readUInt32BE(AT.blobs));
  Buffer.from(to).copy(made, at, 0, from.length);
  return summed(made);
}

/** Numbers from a seed: xorshift. */
function numbers(seed) {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

/** The file with a few bytes changed, zeroed, taken out or cut off, by `seed`. */
export function damaged(bytes, seed) {
  const next = numbers(seed);
  let made = Buffer.from(bytes);
  const times = 1 + next(3);
  for (let time = 0; time < times && made.length > 600; time += 1) {
    const at = next(made.length - 512);
    const kind = next(4);
    if (kind === 0) made[at] ^= 1 + next(255);
    if (kind === 1) made.fill(0, at, at + 1 + next(512));
    if (kind === 2) made = Buffer.concat([made.subarray(0, at), made.subarray(at + 1 + next(512))]);
    if (kind === 3 && time === times - 1) made = made.subarray(0, at + 512);
  }
  return made;
}
