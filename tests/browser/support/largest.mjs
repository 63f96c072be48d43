// The largest texts that the format allows, of many kinds.

import { header } from "./hostile.mjs";

/** A name's length is a number of 16 bits, and its last byte is NUL. */
export const NAME_MAX = 65_534;
export const DATA_MAX = 65_535;
/** More elements than for a short name, at most: a few for each place where it is shown. */
export const MORE_MAX = 100;
/** Characters of one text that is no file's, at most. */
export const LONGEST_MAX = 5000;
/** Elements of a page with one configuration, at most. */
export const CONFIG_ELEMENTS_MAX = 10_000;

/** So much of a text, over and over. */
export const filled = (text, bytes) => text.repeat(Math.floor(bytes / Buffer.byteLength(text)));

/** An archive with a disk of this name, and one with this configuration. */
export const disk = (name) => header([{ id: 1, name, size: 1n << 30n }], []);
export const conf = (data) => header([], [{ name: "qemu-server.conf", data }]);

const lines = (line) => {
  let text = "";
  for (let n = 0; text.length < DATA_MAX; n += 1) text += line(n);
  return Buffer.from(text).subarray(0, DATA_MAX);
};

/** What names are full of. */
export const NAMES = {
  "one control character, over and over": "\u0007",
  "control characters and letters": "a\u0007",
  "control characters of C1 and letters": "b\u0085",
  "marks of direction of many kinds": "\u202e\u2066\u200f",
  "characters without width": "\u200b\u2060\u3164c",
  "characters outside of the first plane": "\u{e0041}d",
  letters: "e",
};

/** Configurations. */
export const CONFIGS = {
  "network cards": lines((n) => `net${n}:\u0085a\u0085=b\u0085,bridge=c\u0085d\n`),
  drives: lines((n) => `scsi${n}:\u0085a\u0085b:c\u0085\n`),
  "drives that exist": lines((n) => `scsi${n % 31}: ceph:${n}\u0085a\u0085,size=\u0085b\n`),
  "other settings": lines((n) => `a${n}:b\u0085c\n`),
  "the shortest settings": lines(() => "a:b\n"),
  "the order of booting": Buffer.from(`boot: order=${"net;".repeat(16_000)}`),
  "maps that are not read": lines((n) => `#qmdump#map:a${n}\u0085\n`),
  "maps of drives": lines((n) => `scsi${n}:a\n#qmdump#map:scsi${n}:d:s${n}\u0085::\n`),
  sections: lines((n) => `[a${n}\u0085]\n`),
  notes: lines(() => "#a\u0085b\u202e\n"),
  "a name": Buffer.from(`name: ${filled("a\u0085", 65_000)}`),
  "line ends": Buffer.from("\r\n".repeat(32_000)),
};
