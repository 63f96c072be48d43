// Archives made to harm the page: nothing out of them becomes markup, and the
// page stays one that can be used.

import assert from "node:assert/strict";
import { makeArchive, makeFile } from "./support/archives.mjs";
import { extent, header, zstdBomb } from "./support/hostile.mjs";
import { inEachBrowser } from "./support/suite.mjs";

/** Elements of a page, at most: 254 disks of 150 elements, marks of hidden characters included. */
const ELEMENTS_MAX = 40_000;

const MARKUP = '"><img src=x onerror="hurt=1"><script>hurt=2</script>&lt;b&gt;';
const hostileName = (/** @type {number} */ n) => `\u202e${n}${MARKUP}\u2066\u0007../../${n}\0x`;

/** Every value a payload. */
const conf = [
  "name: ${x}",
  "ostype: ${x}",
  "cores: ${x}",
  "memory: ${x}",
  "cpu: ${x}",
  "bios: ${x}",
  "machine: ${x}",
  "net0: ${x}=${x},bridge=${x},tag=${x}",
  "scsi0: ${x}:${x},size=${x}",
  "ide2: ${x},media=cdrom",
  "#qmdump#map:scsi0:${x}:${x}:${x}:",
  "description: ${x}",
]
  .map((line) => `${line.replaceAll("${x}", MARKUP.replaceAll(/[,:]/g, ";"))}\n`)
  .join("");

const devices = Array.from({ length: 254 }, (_, n) => ({
  id: n + 1,
  name: hostileName(n + 1),
  size: n === 0 ? 1n << 63n : BigInt(n) << 40n,
}));
const html = MARKUP.repeat(2000).slice(0, 65_500);
const configs = [
  { name: "qemu-server.conf", data: conf },
  ...Array.from({ length: 16 }, (_, n) => ({ name: hostileName(n), data: html })),
];
const hostile = makeFile(`<img src=x onerror=hurt=3>.vma`, header(devices, configs));
const sound = makeArchive("sound.vma", "--disk", "drive-scsi0:6M:dense:1");

async function assertNothingBecameMarkup({ page }) {
  const found = await page.evaluate(() => ({
    hurt: /** @type {any} */ (globalThis).hurt ?? null,
    strangers: document.querySelectorAll(
      "[onerror], img[src=x], script:not([src]), iframe, base, b",
    ).length,
    elements: document.querySelectorAll("*").length,
    overridden: [...document.querySelectorAll("bdi")].some((bdi) =>
      /[\u202e\u2066\0]/.test(bdi.textContent),
    ),
  }));
  assert.equal(found.hurt, null, "a script out of the archive ran");
  assert.equal(found.strangers, 0, "elements out of the archive");
  assert.equal(found.overridden, false, "hidden characters out of the archive");
  assert.ok(found.elements < ELEMENTS_MAX, `${found.elements} elements`);
}

inEachBrowser("A hostile archive", {
  async "with markup in every string shows it as text"(inspector) {
    await inspector.openArchive(hostile);
    await inspector.shows("<script>hurt=2</script>", "#devices");
    await inspector.shows("U+202E", "#devices");
    await inspector.shows("missing", "#devices");
    await inspector.shows("<img src=x", "#machine");
    await inspector.shows("<img src=x", "#configs");
    await assertNothingBecameMarkup(inspector);
    // All of them are opened, and all findings.
    await inspector.page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
      for (const summary of document.querySelectorAll("#findings button:not(.bytes-link)")) {
        summary.click();
      }
    });
    await inspector.page.waitFor(
      () => document.querySelector("#configs")?.innerText.split("hurt=2").length > 10_000,
    );
    await assertNothingBecameMarkup(inspector);
    await inspector.openArchive(sound.path);
    await inspector.shows("Nothing is missing", "#scan");
  },

  async "with a million findings shows their number and some of them"(inspector) {
    const slots = extent({ device: 9, cluster: 7 });
    const many = Buffer.concat([header([], []), Buffer.alloc(17_000 * 512, slots)]);
    await inspector.openArchive(makeFile("million.vma", many));
    await inspector.shows(/1,003,000/, "#findings");
    await inspector.clickIn("#findings", /disk/);
    await assertNothingBecameMarkup(inspector);
  },

  async "that unpacks to hundreds of gigabytes of nothing is given up"(inspector) {
    const bomb = zstdBomb(header([{ id: 1, name: "drive-scsi0", size: 1n << 40n }], []), 2_600_000);
    assert.ok(bomb.length > 10_000_000);
    await inspector.page.choose(makeFile("bomb.vma.zst", bomb));
    // Eight gigabytes are searched: all the time is work.
    const isGivenUp = () => /Nothing sound was found/.test(document.body.innerText);
    await inspector.page.waitFor(isGivenUp, null, 600_000);
    await inspector.shows("Nothing sound was found", "#findings");
    await assertNothingBecameMarkup(inspector);
  },
});
