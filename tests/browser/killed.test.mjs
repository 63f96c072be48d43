// The browser ends the Worker in the middle of something: the page says so, and
// the next attempt works.

import assert from "node:assert/strict";
import { makeArchive, makeFile } from "./support/archives.mjs";
import { header, zstdBomb } from "./support/hostile.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const long = zstdBomb(header([{ id: 1, name: "drive-scsi0", size: 1n << 40n }], []), 2_600_000);
const sound = makeArchive("sound.vma", "--disk", "drive-scsi0:6M:dense:1");
const large = makeArchive("large.vma", "--no-sha", "--disk", "drive-scsi0:40G:zero:1");

inEachBrowser("A Worker that is killed", {
  async "in the middle of a scan is told, and another file opens"(inspector) {
    await inspector.page.choose(makeFile("long.vma.zst", long));
    await inspector.shows("seen", "#scan");
    await killWorker(inspector.page);
    await inspector.shows("stopped", "#failure");
    await inspector.openArchive(sound.path);
    await inspector.shows("Nothing is missing", "#scan");
  },

  async "in the middle of a save is told, and the disk can be saved anew"(inspector) {
    await inspector.openArchive(large.path);
    const broken = inspector.save("drive-scsi0");
    await inspector.shows(/MB|GB|MiB|GiB/, "#saves .save");
    await inspector.downloadBegins();
    await killWorker(inspector.page);
    await inspector.shows("stopped", "#failure");
    assert.notEqual((await broken).failure, null, "the download is told to be whole");
    assert.equal(inspector.page.downloadsCompleted, 0);
    await inspector.openArchive(sound.path);
    const saved = await inspector.save("drive-scsi0");
    assert.equal(saved.sha256, sound.disks[0].sha256);
  },
});

/** As the browser does when memory runs out: without a word to the page. */
async function killWorker(page) {
  await page.killWorker();
}
