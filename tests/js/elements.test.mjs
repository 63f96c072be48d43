// The largest that the format allows, in every place where a text out of a file is
// shown: how many elements come of it has a bound.

import assert from "node:assert/strict";
import { test } from "node:test";
import { makeArchive, makeFile } from "../browser/support/archives.mjs";
import { header } from "../browser/support/hostile.mjs";
import {
  CONFIG_ELEMENTS_MAX,
  CONFIGS,
  conf,
  DATA_MAX,
  disk,
  filled,
  LONGEST_MAX,
  MORE_MAX,
  NAME_MAX,
  NAMES,
} from "../browser/support/largest.mjs";
import { elements, show, words } from "./shown-page.mjs";

const DISKS_MAX = 254;
const CONFIGS_MAX = 255;
/** Elements of the page, at most, with all of it opened. */
const ELEMENTS_MAX = 60_000;
/** Characters of the longest text out of the file, but for files. */
function longest() {
  const files = new Set(elements(null, "pre").flatMap((pre) => pre.all()));
  const texts = elements(null, "bdi").filter((bdi) => !files.has(bdi));
  return texts.reduce((most, { textContent }) => Math.max(most, textContent.length), 0);
}

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

for (const [kind, data] of Object.entries(CONFIGS)) {
  test(`the longest configuration makes few elements: ${kind}`, () => {
    show(makeFile("config.vma", conf(data)));
    assert.ok(elements().length < CONFIG_ELEMENTS_MAX, `${elements().length} elements`);
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
  assert.ok(elements("devices", "tbody").length >= DISKS_MAX);
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
