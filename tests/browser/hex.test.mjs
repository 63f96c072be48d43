// Bytes as a person looks at them: of the file, of what is in it, of a disk; found, copied,
// and come to by a click, by the address and by keys.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, openSync, readFileSync } from "node:fs";
import { makeArchive, makeFile, qemuServerConf } from "./support/archives.mjs";
import { inChromium, inEachBrowser } from "./support/suite.mjs";

const CLUSTER = 65_536;
const GIB = 2 ** 30;
/** 256 clusters, of which two in the middle are left out. */
const holed = makeArchive(
  "hex-holed.vma",
  ...["--slots", "2", "--disk", "drive-scsi0:16M:dense:3", "--disk", "drive-scsi1:4M:mixed:4"],
  ...[
    "--config",
    `qemu-server.conf=${makeFile("hex.conf", qemuServerConf("drive-scsi0", "drive-scsi1"))}`,
  ],
  ...["--leave-out", "1:128", "--leave-out", "1:129"],
);
const LOST = 128 * CLUSTER;
const file = readFileSync(holed.path);
const packed = makeFile(
  "hex.vma.zst",
  execFileSync("zstd", ["-qc", holed.path], { maxBuffer: 1 << 28 }),
);

/** Opens a backup, and its bytes. */
async function look(inspector, path) {
  await inspector.openArchive(path);
  await inspector.clickIn("#tabs", /^Bytes$/);
  await inspector.page.waitFor(
    () => document.querySelectorAll(".hex-row:not([hidden])").length > 1,
  );
}

/** What is looked at, by what its name begins with. */
async function choose(inspector, name) {
  await inspector.page.waitFor((name) => {
    const list = document.querySelector("#hex-of");
    const found = [...list.options].find((each) => each.textContent.startsWith(name));
    if (found && list.value !== found.value) {
      list.value = found.value;
      list.dispatchEvent(new Event("change", { bubbles: true }));
    }
    return found;
  }, name);
}

/** Writes into a field, and presses Enter. */
async function enter(inspector, field, written) {
  await inspector.page.evaluate(
    ({ field, written }) => {
      const input = document.querySelector(field);
      input.focus();
      input.value = written;
    },
    { field, written },
  );
  await inspector.page.press("Enter");
}

/** The row that begins with this offset, as it is read: digits and letters. */
async function row(inspector, offset, digits = 8) {
  const wanted = offset.toString(16).padStart(digits, "0");
  const isThere = (wanted) => {
    const row = [...document.querySelectorAll(".hex-row:not([hidden])")].find(
      (each) => each.querySelector(".hex-offset").textContent === wanted,
    );
    return row && !row.textContent.includes("··");
  };
  await inspector.page.waitFor(isThere, wanted);
  return await inspector.page.evaluate((wanted) => {
    const row = [...document.querySelectorAll(".hex-row")].find(
      (each) => each.querySelector(".hex-offset").textContent === wanted,
    );
    const texts = (selector) => [...row.querySelectorAll(selector)].map((each) => each.textContent);
    const kinds = [...row.querySelectorAll(".hex-byte")].map((each) => each.dataset.kind);
    return { digits: texts(".hex-byte").join(" "), letters: texts(".hex-letter").join(""), kinds };
  }, wanted);
}

/** Sixteen bytes as `od` writes them. */
const digitsOf = (bytes) => bytes.toString("hex").match(/../g).join(" ");
const facts = (inspector, text) => inspector.shows(text, ".hex-facts");

inEachBrowser("Bytes", {
  async "of the file are shown where they are, and fields of headers are named"(inspector) {
    await look(inspector, holed.path);
    assert.equal((await row(inspector, 0)).digits, digitsOf(file.subarray(0, 16)));
    await facts(inspector, /Magic at 0x0, 4 bytes/);
    const [, extent] = holed.offsets;
    await enter(inspector, "#hex-jump", `0x${(extent + 43).toString(16)}`);
    await facts(inspector, /Device of a slot \[0\]/);
    await facts(inspector, "1: drive-scsi0");
    const start = Math.floor((extent + 43) / 16) * 16;
    const shown = await row(inspector, start);
    assert.equal(shown.digits, digitsOf(file.subarray(start, start + 16)));
    // Sizes of disks as the header has them.
    await enter(inspector, "#hex-jump", String(4096 + 32 + 8));
    await facts(inspector, "16,777,216 (0x1000000)");
    await enter(inspector, "#hex-jump", "5 TiB");
    await inspector.shows("That lies behind the end", "#bytes");
    await enter(inspector, "#hex-jump", "here");
    await inspector.shows("This is no place", "#bytes");
  },

  async "of a disk that are lost are told apart in sight and in words"(inspector) {
    await look(inspector, holed.path);
    await choose(inspector, "drive-scsi0");
    await enter(inspector, "#hex-jump", String(LOST));
    const lost = await row(inspector, LOST);
    assert.equal(lost.digits, Array(16).fill("--").join(" "));
    assert.deepEqual(new Set(lost.kinds), new Set(["lost"]));
    await facts(inspector, "Lost. The backup should hold this byte and does not.");
    await facts(inspector, "cluster 128, block 0");
    await inspector.shows("In doubt", ".hex-legend");
    // What is in doubt is there, and stands in the file.
    const doubted = await row(inspector, LOST - 16);
    assert.deepEqual(new Set(doubted.kinds), new Set(["doubt"]));
    assert.ok(file.includes(Buffer.from(doubted.digits.replaceAll(" ", ""), "hex")));
  },

  async "are moved through by keys, to the end and back"(inspector) {
    await look(inspector, holed.path);
    await inspector.page.evaluate(() => document.querySelector(".hex-scroller").focus());
    const press = async (key, expected) => {
      await inspector.page.press(key);
      await facts(inspector, `0x${expected.toString(16)} ·`);
    };
    await press("ArrowRight", 1);
    await press("ArrowDown", 17);
    await press("End", 31);
    await press("Home", 16);
    await press("PageDown", 16 + 23 * 16);
    await press("ArrowLeft", 15 + 23 * 16);
    await press("PageUp", 15);
    await enter(inspector, "#hex-jump", String(file.length - 1));
    await facts(inspector, `0x${(file.length - 1).toString(16)} ·`);
    await inspector.page.press("ArrowRight");
    const last = Math.floor((file.length - 1) / 16) * 16;
    assert.equal((await row(inspector, last)).digits, digitsOf(file.subarray(last, last + 16)));
  },

  async "are found forward and back, and not beyond the ends"(inspector) {
    await look(inspector, holed.path);
    const place = (at) => new RegExp(`^Found at 0x${at.toString(16)}\\.$`);
    await enter(inspector, "#hex-find", "VMAE");
    await inspector.shows(place(holed.offsets[0]), ".hex-says");
    await inspector.page.press("Enter");
    await inspector.shows(place(holed.offsets[1]), ".hex-says");
    await inspector.clickIn("#bytes", /^Find previous$/);
    await inspector.shows(place(holed.offsets[0]), ".hex-says");
    await inspector.clickIn("#bytes", /^Find previous$/);
    await inspector.shows("Not found between the start and here", ".hex-says");
    await enter(inspector, "#hex-find", "no such text in it");
    await inspector.shows("Not found between here and the end", ".hex-says");
  },

  async "of a packed backup are shown as they are and unpacked"(inspector) {
    await look(inspector, packed);
    const own = readFileSync(packed);
    assert.equal((await row(inspector, 0)).digits, digitsOf(own.subarray(0, 16)));
    await choose(inspector, "the archive");
    const [, extent] = holed.offsets;
    await enter(inspector, "#hex-jump", String(extent));
    await facts(inspector, /Magic of an extent/);
    const start = Math.floor(extent / 16) * 16;
    assert.equal((await row(inspector, start)).digits, digitsOf(file.subarray(start, start + 16)));
  },

  async "at 400 GiB are there at once, and so is the last of 500 GiB"(inspector) {
    const made = makeArchive("hex-long.vma", "--disk", "drive-scsi0:1M:dense:1");
    const descriptor = openSync(made.path, "r+");
    ftruncateSync(descriptor, 500 * GIB);
    closeSync(descriptor);
    await inspector.page.choose(made.path);
    await inspector.page.waitFor(() => !document.querySelector("#tabs").hidden);
    // Reading on to its end would take all day.
    await inspector.clickIn("#scan", /^Stop/);
    await inspector.clickIn("#tabs", /^Bytes$/);
    await inspector.page.waitFor(() => document.querySelector("#hex-jump"));
    await enter(inspector, "#hex-jump", "400 GiB");
    const shown = await row(inspector, 400 * GIB, 10);
    assert.equal(shown.digits, Array(16).fill("00").join(" "));
    const elements = await inspector.page.evaluate(() => {
      const scroller = document.querySelector(".hex-scroller");
      scroller.scrollTop = scroller.scrollHeight;
      return [scroller.scrollHeight, document.querySelectorAll(".hex-row").length];
    });
    assert.ok(elements[0] < 5_000_000 && elements[1] < 60, String(elements));
    await row(inspector, 500 * GIB - 16, 10);
  },

  async "are come to by a click on a strip, and left by the way back"(inspector) {
    await inspector.openArchive(holed.path);
    await inspector.page.evaluate(() => document.querySelector("#devices [role=slider]").focus());
    await inspector.page.press("Home");
    await inspector.page.press("Enter");
    await facts(inspector, "cluster 0, block 0");
    const address = () => inspector.page.evaluate(() => location.hash);
    assert.equal(await address(), "#part=bytes&disk=scsi0&at=0");
    await enter(inspector, "#hex-jump", "1 MiB");
    await facts(inspector, "cluster 16, block 0");
    assert.equal(await address(), "#part=bytes&disk=scsi0&at=1048576");
    await inspector.page.evaluate(() => history.back());
    await facts(inspector, "cluster 0, block 0");
    await inspector.page.evaluate(() => history.back());
    await inspector.page.waitFor(() => document.querySelector("#panel-bytes").hidden);
    await inspector.page.evaluate(() => history.go(2));
    await facts(inspector, "cluster 16, block 0");
  },

  async "are looked at where the address says, but not on a disk that is not there"(inspector) {
    const { page } = inspector;
    await page.evaluate(() => {
      location.hash = "#part=bytes&disk=scsi1&at=0x10000";
    });
    await inspector.openArchive(holed.path);
    await facts(inspector, "cluster 1, block 0");
    await page.evaluate(() => {
      location.hash = "#part=bytes&disk=scsi7&at=0";
    });
    await page.evaluate(() => {
      location.hash = "#part=details";
    });
    await page.waitFor(() => !document.querySelector("#panel-details").hidden);
    // Another backup has its own places.
    await inspector.openArchive(packed);
    assert.equal(await page.evaluate(() => location.hash), "");
  },

  async "are come to from a finding"(inspector) {
    await inspector.openArchive(holed.path);
    await inspector.lookAt("#findings");
    await inspector.clickIn("#findings", /Parts of a disk are missing/);
    await inspector.shows(/cluster 128/, "#findings");
    const wanted = await inspector.page.evaluate(() => {
      const lines = [...document.querySelectorAll("#findings .finding-lines div")];
      const line = lines.find((each) => /^device 1: cluster 128\b/.test(each.textContent));
      line.querySelector(".bytes-link").click();
      return line.textContent;
    });
    assert.match(wanted, /cluster-missing/);
    await facts(inspector, "cluster 128, block 0");
  },
});

inEachBrowser("Keys", {
  async "choose a disk, show their list and can be switched off"(inspector) {
    const { page } = inspector;
    await inspector.openArchive(holed.path);
    await page.evaluate(() => document.activeElement.blur());
    await page.press("2");
    await page.waitFor(() => document.activeElement.textContent.startsWith("scsi1"));
    const shortcuts = await page.evaluate(() =>
      [...document.querySelectorAll("[aria-keyshortcuts]")].map((each) =>
        each.getAttribute("aria-keyshortcuts"),
      ),
    );
    assert.deepEqual(new Set(shortcuts), new Set(["o", "?", "c", "/", "1", "2", "s"]));
    await page.press("?");
    await inspector.shows("Save the disk that is chosen", "dialog[open]");
    await page.evaluate(() => document.querySelector("dialog[open] input").click());
    await page.press("Escape");
    await page.waitFor(() => !document.querySelector("dialog[open]"));
    assert.equal(
      await page.evaluate(() => document.querySelectorAll("[aria-keyshortcuts]").length),
      0,
    );
    await page.press("1");
    await page.press("?");
    assert.equal(await page.evaluate(() => document.querySelector("dialog[open]")), null);
    // It is remembered.
    await page.open();
    assert.equal(
      await page.evaluate(() => document.querySelectorAll("[aria-keyshortcuts]").length),
      0,
    );
  },

  async "save the configuration and the chosen disk, and do nothing in a field"(inspector) {
    const { page } = inspector;
    await inspector.openArchive(holed.path);
    await page.evaluate(() => document.activeElement.blur());
    const conf = await page.download(() => page.press("c"));
    assert.match(conf.fileName, /qemu-server\.conf$/);
    assert.equal(readFileSync(conf.path, "utf8"), qemuServerConf("drive-scsi0", "drive-scsi1"));
    await page.press("2");
    const disk = await page.download(() => page.press("s"));
    assert.match(disk.fileName, /scsi1/);
    assert.equal(disk.sha256, holed.disks[1].sha256);
    await inspector.clickIn("#tabs", /^Bytes$/);
    await page.waitFor(() => document.querySelector("#hex-find"));
    await page.press("/");
    await page.waitFor(() => document.activeElement.id === "hex-find");
    for (const key of ["o", "c", "1", "?"]) await page.press(key);
    assert.equal(await page.evaluate(() => document.querySelector("#hex-find").value), "oc1?");
    assert.equal(await page.evaluate(() => document.querySelector("dialog[open]")), null);
    await page.press("Escape");
    await page.waitFor(() => document.activeElement.classList.contains("hex-scroller"));
  },
});

inChromium("A place", {
  async "is meant of what was chosen, drawn or not"(inspector) {
    await look(inspector, holed.path);
    await inspector.page.evaluate((at) => {
      const list = document.querySelector("#hex-of");
      const found = [...list.options].find((each) => each.textContent.startsWith("drive-scsi0"));
      list.value = found.value;
      list.dispatchEvent(new Event("change", { bubbles: true }));
      const input = document.querySelector("#hex-jump");
      input.value = at;
      input.form.requestSubmit();
    }, String(LOST));
    await facts(inspector, "cluster 128, block 0");
  },
});

inChromium("Bytes that are copied", {
  async "are what is selected"(inspector) {
    const { page } = inspector;
    await look(inspector, holed.path);
    await page.evaluate(() => {
      globalThis.copied = [];
      navigator.clipboard.writeText = async (text) => globalThis.copied.push(text);
      document.querySelector(".hex-scroller").focus();
    });
    for (let n = 0; n < 20; n += 1) await page.press("Shift+ArrowRight");
    await inspector.clickIn("#bytes", /^Copy as hex$/);
    await inspector.shows("21 bytes were copied.", ".hex-says");
    await inspector.clickIn("#bytes", /^Copy as text$/);
    await page.waitFor(() => globalThis.copied.length === 2);
    const [hex, text] = await page.evaluate(() => globalThis.copied);
    assert.equal(hex, digitsOf(file.subarray(0, 21)));
    assert.equal(text, new TextDecoder().decode(file.subarray(0, 21)));
    await choose(inspector, "drive-scsi0");
    await enter(inspector, "#hex-jump", String(LOST));
    await facts(inspector, "cluster 128, block 0");
    await page.press("Control+c");
    await inspector.shows("1 of them cannot be had", ".hex-says");
    assert.equal(await page.evaluate(() => globalThis.copied.at(-1)), "--");
  },
});
