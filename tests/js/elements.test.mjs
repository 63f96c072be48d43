// The largest that the format allows, in every place where a text out of a file is
// shown: how many elements come of it has a bound.

import assert from "node:assert/strict";
import { test } from "node:test";
import { makeArchive, makeFile } from "../browser/support/archives.mjs";
import { header } from "../browser/support/hostile.mjs";
import { elements, show, words } from "./shown-page.mjs";

/** A name's length is a number of 16 bits, and its last byte is NUL. */
const NAME_MAX = 65_534;
const DATA_MAX = 65_535;
const DISKS_MAX = 254;
const CONFIGS_MAX = 255;
/** Elements of the page, at most, with all of it opened. */
const ELEMENTS_MAX = 60_000;
/** More than for a short name, at most: a few for each place where it is shown. */
const MORE_MAX = 100;
/** Characters of one text that is no file's, at most. */
const LONGEST_MAX = 5000;

/** So much of a text, over and over. */
const filled = (text, bytes) => text.repeat(Math.floor(bytes / Buffer.byteLength(text)));
const lines = (line) => {
  let text = "";
  for (let n = 0; text.length < DATA_MAX; n += 1) text += line(n);
  return Buffer.from(text).subarray(0, DATA_MAX);
};
const disk = (name) => header([{ id: 1, name, size: 1n << 30n }], []);
const conf = (data) => header([], [{ name: "qemu-server.conf", data }]);

/** Characters of the longest text out of the file, but for files. */
function longest() {
  const files = new Set(elements(null, "pre").flatMap((pre) => pre.all()));
  const texts = elements(null, "bdi").filter((bdi) => !files.has(bdi));
  return texts.reduce((most, { textContent }) => Math.max(most, textContent.length), 0);
}

const NAMES = {
  "one control character, over and over": "\u0007",
  "control characters and letters": "a\u0007",
  "control characters of C1 and letters": "b\u0085",
  "marks of direction of many kinds": "\u202e\u2066\u200f",
  "characters without width": "\u200b\u2060\u3164c",
  "characters outside of the first plane": "\u{e0041}d",
  letters: "e",
};

for (const [kind, text] of Object.entries(NAMES)) {
  test(`the longest name makes as few elements as a short one: ${kind}`, () => {
    show(makeFile("short.vma", disk("drive-scsi0")));
    const few = elements().length;
    show(makeFile("long.vma", disk(filled(text, NAME_MAX))));
    assert.ok(elements().length <= few + MORE_MAX, `${elements().length}, not ${few}`);
    assert.ok(longest() < LONGEST_MAX, `${longest()} characters`);
  });
}

test("a run is named once, and how much of a name is not shown is told", () => {
  show(makeFile("run.vma", disk(`drive-${filled("\u0007", 60_000)}-${filled("x", 5000)}`)));
  assert.match(words("devices"), /drive-U\+0007 × 60,000-xxx+ … \(and 4,7\d\d more characters\)/);
});

const CONFIGS = {
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

for (const [kind, data] of Object.entries(CONFIGS)) {
  test(`the longest configuration makes few elements: ${kind}`, () => {
    show(makeFile("config.vma", conf(data)));
    assert.ok(elements().length < 10_000, `${elements().length} elements`);
    assert.ok(longest() < LONGEST_MAX, `${longest()} characters`);
  });
}

test("how many settings are not listed is told", () => {
  show(makeFile("many.vma", conf(Array.from({ length: 1000 }, (_, n) => `a${n}: b\n`).join(""))));
  assert.match(words("elsewhere"), /a199: .*… and 800 more, which are not shown\./);
});

test("as many disks and configurations as there can be make a bounded page", () => {
  const devices = Array.from({ length: DISKS_MAX }, (_, n) => ({
    id: n + 1,
    name: filled("a\u0007", NAME_MAX),
    size: 1n << 30n,
  }));
  const configs = new Array(CONFIGS_MAX).fill({
    name: filled("a\u0007", NAME_MAX),
    data: filled("a\u0085", DATA_MAX),
  });
  show(makeFile("everything.vma", header(devices, configs)));
  assert.equal(elements("configs", "pre").length, CONFIGS_MAX);
  assert.ok(elements("devices", "article").length === DISKS_MAX);
  assert.ok(elements().length < ELEMENTS_MAX, `${elements().length} elements`);
  assert.ok(longest() < LONGEST_MAX, `${longest()} characters`);
});

test("ranges of all disks make a bounded page", () => {
  const disks = Array.from({ length: DISKS_MAX }, (_, n) => ["--disk", `d${n}:2560K:dense:1`]);
  const lost = Array.from({ length: DISKS_MAX * 20 }, (_, n) => [
    ...["--leave-out", `${Math.floor(n / 20) + 1}:${2 * (n % 20)}`],
  ]);
  show(makeArchive("ranges.vma", "--no-sha", ...disks.flat(), ...lost.flat()).path);
  assert.match(words("damage"), /in 20 ranges/);
  assert.ok(elements().length < ELEMENTS_MAX, `${elements().length} elements`);
});
