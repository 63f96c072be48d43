// A backup that was checked before is ready at once; what the browser keeps of
// it can be switched off and cleared. And a backup whose zstd window is larger
// than a page should take without asking.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { makeArchive, makeFile } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const made = makeArchive("kept.vma", "--disk", "drive-scsi0:12M:mixed:31");

/** As through a pipe: the window is then the one that was asked for. */
function zstd(name, ...options) {
  const input = readFileSync(made.path);
  const packed = execFileSync("zstd", ["-q", "-c", ...options], { input, maxBuffer: 1 << 28 });
  return makeFile(name, packed);
}

const compressed = zstd("kept.vma.zst");
const lzo = makeFile(
  "kept.vma.lzo",
  execFileSync("lzop", ["-c", made.path], { maxBuffer: 1 << 28 }),
);
const wide = zstd("wide.vma.zst", "--long=28");

/** Says in its window descriptor (RFC 8878, 3.1.1.1.2) that it needs 2 GiB. */
function widest() {
  const bytes = readFileSync(wide);
  bytes[5] = (31 - 10) << 3;
  return makeFile("widest.vma.zst", bytes);
}

const tooWide = widest();
const TAKEN = "This browser remembers the scan of then";

/** Opens the page anew, as on another day, and in it the archive. */
async function visit(inspector, path) {
  await inspector.page.open();
  await inspector.openArchive(path);
}

async function assertScanned(inspector) {
  assert.ok(!(await inspector.page.text("#scan")).includes(TAKEN), "taken from a former scan");
}

/** What the page says of the container's checksums. */
async function ofChecksums(inspector) {
  const scan = await inspector.page.text("#scan");
  return scan.split("\n").filter((line) => line.startsWith("The compressed data"));
}

async function assertSaves(inspector) {
  const [disk] = made.disks;
  const said = await inspector.page.text("#devices");
  assert.ok(!said.includes("out of order"), "the disk lies in order");
  const download = await inspector.save(disk.name);
  assert.equal(download.failure, null);
  assert.equal(download.sha256, disk.sha256);
}

/** The second scan that is kept. */
async function assertKept(inspector, path) {
  await visit(inspector, path);
  await assertScanned(inspector);
  await inspector.shows("2 scans kept", "#kept");
  const first = await ofChecksums(inspector);
  assert.notDeepEqual(first, []);
  await visit(inspector, path);
  await inspector.shows(TAKEN, "#scan");
  assert.deepEqual(await ofChecksums(inspector), first);
  await assertSaves(inspector);
}

async function clickSwitch(inspector) {
  await inspector.page.evaluate(() => document.querySelector("#kept input").click());
}

inEachBrowser("A finished scan", {
  async "is kept, so that the same file is ready at once next time"(inspector) {
    await visit(inspector, made.path);
    await assertScanned(inspector);
    await inspector.shows("1 scan kept", "#kept");
    await visit(inspector, made.path);
    await inspector.shows(TAKEN, "#scan");
    await inspector.shows("nothing was missing then", "#devices");
    await assertSaves(inspector);
  },

  async "of a .zst is kept, and its disks come out right away"(inspector) {
    await visit(inspector, made.path);
    await assertKept(inspector, compressed);
  },

  async "of a .lzo is kept, and its disks come out right away"(inspector) {
    await visit(inspector, made.path);
    await assertKept(inspector, lzo);
  },

  async "is not relied on when the person scans again"(inspector) {
    await visit(inspector, compressed);
    await inspector.shows("1 scan kept", "#kept");
    await visit(inspector, compressed);
    await inspector.shows(TAKEN, "#scan");
    await inspector.clickIn("#scan", /Scan again/);
    await inspector.page.waitFor((words) => {
      const scan = document.querySelector("#scan").innerText;
      return scan.includes("Scan again") && !scan.includes(words);
    }, TAKEN);
    await inspector.shows("checksum over the whole archive agrees", "#scan");
  },

  async "is not kept, and none is looked for, once that is switched off"(inspector) {
    await visit(inspector, compressed);
    await inspector.shows("1 scan kept", "#kept");
    await clickSwitch(inspector);
    await visit(inspector, compressed);
    await assertScanned(inspector);
    await visit(inspector, made.path);
    await clickSwitch(inspector);
    await visit(inspector, made.path);
    await assertScanned(inspector);
  },

  async "is forgotten with one button"(inspector) {
    await visit(inspector, compressed);
    await inspector.shows("1 scan kept", "#kept");
    await inspector.clickIn("#kept", /Forget them/);
    await inspector.page.waitFor(
      () => !document.querySelector("#kept").innerText.includes("1 scan kept"),
    );
    await visit(inspector, compressed);
    await assertScanned(inspector);
  },
});

inEachBrowser("A zstd window", {
  async "of 256 MiB is read once the person agrees to the memory"(inspector) {
    await inspector.page.choose(wide);
    await inspector.shows("needs too much memory", "#failure");
    await inspector.clickIn("#failure", /up to 1 GiB/);
    await inspector.shows("Nothing is missing", "#scan");
    await assertSaves(inspector);
  },

  async "of 2 GiB cannot be had, and the page says what can be done"(inspector) {
    await inspector.page.choose(tooWide);
    await inspector.shows("zstd -d --long=31", "#failure");
    await inspector.clickIn("#failure", /up to 1 GiB/);
    // The second time there is nothing left to agree to.
    await inspector.page.waitFor(() => {
      const failure = document.querySelector("#failure").innerText;
      return failure.includes("zstd -d --long=31") && !failure.includes("up to 1 GiB of memory");
    });
  },
});
