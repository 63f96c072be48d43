// What can be read and nothing vouches for: told, asked about, and never green.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { folder, makeArchive, makeFile } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const made = makeArchive(
  "doubt-made.vma",
  ...["--disk", "drive-scsi0:12M:dense:3", "--raw-out", folder],
);
const bytes = readFileSync(made.path);

/** One byte too many in the data of the second extent, as a transfer as text makes it. */
const at = made.offsets[1] + 512 + 100_000;
const shifted = makeFile(
  "doubt.vma",
  Buffer.concat([bytes.subarray(0, at), Buffer.from("\r"), bytes.subarray(at)]),
);

/** The last four bytes are the checksum over all. */
const packed = execFileSync("zstd", ["-q", "-c", "--check", made.path], { maxBuffer: 1 << 26 });
packed[packed.length - 1] ^= 1;
const mismatched = makeFile("doubt.vma.zst", packed);

const boxTone = () => document.querySelector("#devices .save")?.dataset.tone;

inEachBrowser("A disk of which bytes are in doubt", {
  async "is told so before a save, in the save's own box and in its map"(inspector) {
    await inspector.openArchive(shifted);
    await inspector.shows(/of drive-scsi0 are in doubt/, "#scan h2");
    await inspector.shows(/[\d.]+ MiB in doubt/, "#devices h3");
    await inspector.shows("in 1 range, can be read, and something speaks against", "#damage");
    const saved = await inspector.saveWithMap("drive-scsi0", async () => {
      await inspector.clickInCard("drive-scsi0", "Save as raw image");
      await inspector.shows("Parts of this disk are in doubt", "#question");
      await inspector.shows("What is in doubt is saved as it is", "#question");
      await inspector.page.click("button", "Save as it is");
    });
    await inspector.shows(/are in doubt: they can be read/, "#devices .save");
    assert.equal(await inspector.page.evaluate(boxTone), "warning");
    const lines = readFileSync(saved.map.path, "utf8").match(/^0x\w+ +0x\w+ +[+?-]$/gm);
    const doubted = lines.filter((line) => line.endsWith("?"));
    assert.equal(doubted.length, 1);
    // What is claimed is the disk's.
    const truth = readFileSync(join(folder, "drive-scsi0.raw"));
    const disk = readFileSync(saved.path);
    const [start, length] = doubted[0].split(/ +/).map(Number);
    assert.equal(disk.length, truth.length);
    assert.ok(disk.subarray(0, start).equals(truth.subarray(0, start)));
    assert.ok(disk.subarray(start + length).equals(truth.subarray(start + length)));
  },

  async "that is not wanted leaves nothing, and the page says nothing else"(inspector) {
    await inspector.openArchive(shifted);
    await inspector.clickInCard("drive-scsi0", "Save as raw image");
    await inspector.shows("Parts of this disk are in doubt", "#question");
    await inspector.page.click("button", "Do not save");
    await inspector.shows("Nothing was written.", "#devices .save");
    const box = await inspector.page.text("#devices .save");
    assert.doesNotMatch(box, /Downloads|delete/);
    assert.equal(await inspector.page.evaluate(boxTone), "neutral");
    assert.equal(inspector.page.downloadsCompleted, 0);
  },

  async "perhaps, since only the checksum over all does not agree, is never green"(inspector) {
    await inspector.openArchive(mismatched);
    await inspector.shows("nothing missing, not proven right", "#devices h3");
    const saved = await inspector.page.download(async () => {
      await inspector.clickInCard("drive-scsi0", "Save as raw image");
      await inspector.shows("Nothing proves that this disk is right", "#question");
      await inspector.page.click("button", "Save as it is");
    });
    assert.equal(saved.sha256, made.disks[0].sha256);
    await inspector.shows("Nothing proves that it is right", "#devices .save");
    assert.equal(await inspector.page.evaluate(boxTone), "warning");
  },
});

inEachBrowser("A file that is none", {
  async "is told where the person is, however far down the page"(inspector) {
    await inspector.openArchive(shifted);
    await inspector.page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await inspector.page.drop(makeFile("notes.txt", "nothing of the kind"));
    await inspector.shows("This is not a VMA backup", "#failure");
    await inspector.page.waitFor(() => {
      const { top, bottom } = document.querySelector("#failure h2").getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight && document.activeElement?.id === "failure-title";
    });
  },
});
