// Files that are no sound archive: each gets a clear sentence, or what can
// still be had of it.

import assert from "node:assert/strict";
import { readFileSync, truncateSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { makeArchive, makeFile } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const jpeg = Buffer.from("ffd8ffe000104a46494600010100000100010000", "hex");
/** A whole zstd frame that holds nothing; and one that wants to look back 4 GiB. */
const emptyZstd = Buffer.from("28b52ffd045801000099e9d851", "hex");
const wideZstd = Buffer.from("28b52ffd00b0010000", "hex");
const whole = makeArchive("whole.vma", "--disk", "drive-scsi0:12M:dense:1");

/** A header with nothing in it but what these fields say. */
function header(fields) {
  const bytes = Buffer.alloc(12_800);
  bytes.write("VMA\0\0\0\0\x01", "latin1");
  for (const [offset, value] of Object.entries(fields)) {
    bytes.writeUInt32BE(value, Number(offset));
  }
  return bytes;
}

const notArchives = [
  ["empty.vma", "", /zero bytes/i],
  ["letter.txt", "Dear reader,\n", /no(t a)? (Proxmox|VMA|backup)/i],
  ["photo.jpg", jpeg, /no(t a)? (Proxmox|VMA|backup)/i],
  ["letter.txt.gz", gzipSync("Dear reader,\n"), /no(t a)? (Proxmox|VMA|backup)/i],
  ["nothing.vma.zst", emptyZstd, /Nothing comes out/],
  ["wide.vma.zst", wideZstd, /memory/i],
  ["version-2.vma", header({ 4: 2, 48: 12_288, 56: 12_800 }), /version 2|version/i],
  ["huge-header.vma", header({ 48: 12_288, 56: 0xffff_fe00 }), /header/i],
];

inEachBrowser("A file that is no archive", {
  async "is refused with a sentence, and the next one is opened"(inspector) {
    for (const [name, content, sentence] of notArchives) {
      await inspector.page.choose(makeFile(name, content));
      await inspector.shows(name, "#failure");
      await inspector.shows(sentence, "#failure");
    }
    await inspector.openArchive(whole.path);
    await inspector.shows("Nothing is missing", "#scan");
  },
});

const holed = makeArchive(
  "holed.vma",
  ...["--disk", "drive-scsi0:6M:dense:2"],
  ...["--leave-out", "1:7", "--leave-out", "1:8"],
);
const cut = makeArchive("cut.vma", "--disk", "drive-scsi0:12M:dense:3");
truncateSync(cut.path, cut.offsets[1] + 512 + 5 * 65_536 + 100);
const damaged = makeArchive("damaged.vma", "--disk", "drive-scsi0:12M:dense:3");
const flipped = makeArchive(
  "flipped.vma",
  ...["--disk", "drive-scsi0:12M:dense:3", "--flip", String(damaged.offsets[1] + 30)],
);

const headed = makeArchive("headed.vma", "--disk", "drive-scsi0:12M:dense:3");
const headless = makeFile("headless.vma", readFileSync(headed.path).subarray(headed.headerSize));

inEachBrowser("A damaged archive", {
  async "without its header gives its disk by number"(inspector) {
    await inspector.openArchive(headless);
    await inspector.shows("beginning of the backup is missing", "#findings");
    const { sha256 } = await inspector.save("device 1");
    assert.equal(sha256, headed.disks[0].sha256);
    await inspector.page.evaluate(() => {
      document.querySelector(".size-field input").value = "12000000";
    });
    await inspector.clickIn("#devices", /Use this size/);
    await inspector.shows("12,000,000", "#devices");
  },

  async "asks before a disk with gaps is saved"(inspector) {
    await inspector.openArchive(holed.path);
    await inspector.shows("128 KiB missing", "#devices");
    await inspector.clickInCard("drive-scsi0", "^Save$");
    await inspector.shows("missing", "#question");
    await inspector.page.click("button", "Do not save");
    await inspector.page.waitFor(() => !document.querySelector("#question").open);
    const download = await inspector.saveWithMap("drive-scsi0", async () => {
      await inspector.clickInCard("drive-scsi0", "^Save$");
      await inspector.page.click("button", "Save with gaps");
    });
    assert.equal(download.failure, null);
    assert.equal(download.size, 6 << 20);
  },

  async "that was cut shows what is missing"(inspector) {
    await inspector.openArchive(cut.path);
    await inspector.shows("damaged", "#scan");
    await inspector.shows("missing", "#devices");
    await inspector.shows("missing", "#findings");
  },

  async "with a broken extent header shows which, and reads on"(inspector) {
    await inspector.openArchive(flipped.path);
    await inspector.clickIn("#findings", /checksum/);
    const offset = flipped.offsets[1].toString(16);
    await inspector.shows(new RegExp(offset, "i"), "#findings");
    await inspector.shows("missing", "#devices");
  },

  async "that shrinks while it is open is no finished save"(inspector) {
    const shrinking = makeArchive("shrinking.vma", "--disk", "drive-scsi0:64M:dense:5");
    await inspector.openArchive(shrinking.path);
    truncateSync(shrinking.path, 1 << 20);
    await inspector.clickInCard("drive-scsi0", "^Save$");
    await inspector.shows("incomplete", "#saves");
    assert.equal(inspector.page.downloadsCompleted, 0);
  },
});
