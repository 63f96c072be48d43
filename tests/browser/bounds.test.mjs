// The largest that the format allows, in every place where a text out of a file is
// shown: how many elements come of it has a bound.

import assert from "node:assert/strict";
import { makeFile } from "./support/archives.mjs";
import { header } from "./support/hostile.mjs";
import { inEachBrowser } from "./support/suite.mjs";

/** A name's length is a number of 16 bits, and its last byte is NUL. */
const NAME_MAX = 65_534;
const DATA_MAX = 65_535;
/** More than for a short name, at most: a few for each place where it is shown. */
const MORE_MAX = 100;

/** So much of a text, over and over. */
const filled = (text, bytes) => text.repeat(Math.floor(bytes / Buffer.byteLength(text)));
const lines = (line) => {
  let text = "";
  for (let n = 0; text.length < DATA_MAX; n += 1) text += line(n);
  return text.slice(0, DATA_MAX);
};
const disk = (name) => header([{ id: 1, name, size: 1n << 30n }], []);
const conf = (name, text) => {
  const data = Buffer.from(text).subarray(0, DATA_MAX);
  return [name, header([], [{ name: "qemu-server.conf", data }])];
};

/** How much of the page there is, with all of it opened. */
async function measure({ page }) {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
  await page.waitFor(() =>
    [...document.querySelectorAll("#configs details > div > p")].every(
      (p) => p.textContent !== "Reading …",
    ),
  );
  return page.evaluate(() => ({
    elements: document.querySelectorAll("*").length,
    longest: Math.max(
      0,
      ...[...document.querySelectorAll("bdi:not(pre bdi)")].map((bdi) => bdi.textContent.length),
    ),
  }));
}

const short = makeFile("short.vma", disk("drive-scsi0"));
const NAMES = {
  "one control character, over and over": "\u0007",
  "control characters and letters": "a\u0007",
  "control characters of C1 and letters": "b\u0085",
  "marks of direction of many kinds": "\u202e\u2066\u200f",
  "characters without width": "\u200b\u2060\u3164c",
  "characters outside of the first plane": "\u{e0041}d",
  letters: "e",
};

inEachBrowser("The longest name that a disk can have", {
  async "makes as few elements as a short one"(inspector) {
    await inspector.openArchive(short);
    const few = (await measure(inspector)).elements;
    for (const [n, [kind, text]] of Object.entries(NAMES).entries()) {
      await inspector.openArchive(makeFile(`long-${n}.vma`, disk(filled(text, NAME_MAX))));
      const { elements, longest } = await measure(inspector);
      assert.ok(elements <= few + MORE_MAX, `${kind}: ${elements} elements, not ${few}`);
      assert.ok(longest < 5000, `${kind}: ${longest} characters`);
    }
  },

  async "is named once for a run, and its length is told"(inspector) {
    const name = `drive-${filled("\u0007", 60_000)}-${filled("x", 5000)}`;
    await inspector.openArchive(makeFile("run.vma", disk(name)));
    await inspector.shows("drive-U+0007 × 60,000-xxx", "#devices h3");
    await inspector.shows(/x … \(and 4,\d\d\d more characters\)/, "#devices h3");
  },
});

const CONFIGS = Object.fromEntries([
  conf(
    "network cards",
    lines((n) => `net${n}:\u0085a\u0085=b\u0085,bridge=c\u0085d\n`),
  ),
  conf(
    "drives",
    lines((n) => `scsi${n}:\u0085a\u0085b:c\u0085\n`),
  ),
  conf(
    "drives that exist",
    lines((n) => `scsi${n % 31}: ceph:${n}\u0085a\u0085,size=\u0085b\n`),
  ),
  conf(
    "other settings",
    lines((n) => `a${n}:b\u0085c\n`),
  ),
  conf(
    "the shortest settings",
    lines(() => "a:b\n"),
  ),
  conf("the order of booting", `boot: order=${lines(() => "net;")}`),
  conf("maps that are not read", `scsi0: a:b\n${lines((n) => `#qmdump#map:a${n}\u0085\n`)}`),
  conf(
    "maps of drives",
    lines((n) => `scsi${n}:a\n#qmdump#map:scsi${n}:d:s${n}\u0085::\n`),
  ),
  conf(
    "sections",
    lines((n) => `[a${n}\u0085]\n`),
  ),
  conf(
    "notes",
    lines(() => "#a\u0085b\u202e\n"),
  ),
  conf("a name", `name: ${filled("a\u0085", 65_000)}`),
  conf("line ends", filled("\r\n", DATA_MAX)),
]);

inEachBrowser("The longest configuration", {
  async "makes few elements, whatever it is full of"(inspector) {
    for (const [n, [kind, bytes]] of Object.entries(CONFIGS).entries()) {
      await inspector.openArchive(makeFile(`config-${n}.vma`, bytes));
      const { elements, longest } = await measure(inspector);
      assert.ok(elements < 10_000, `${kind}: ${elements} elements`);
      assert.ok(longest < 20_000, `${kind}: ${longest} characters`);
    }
  },
});
