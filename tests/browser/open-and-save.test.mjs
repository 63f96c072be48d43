// The way through the page that a person takes: open, look, save, compare.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { makeArchive, makeFile, qemuServerConf } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const name = "vzdump-qemu-100-2024_05_06-07_08_09.vma";
const conf = makeFile("qemu-server.conf", qemuServerConf("drive-scsi0", "drive-efidisk0"));
const archive = makeArchive(
  name,
  ...["--disk", "drive-efidisk0:540672:dense:7"],
  ...["--disk", "drive-scsi0:24M:mixed:8", "--id", "200"],
  ...["--vmstate", "64M:40:9", "--id", "3"],
  ...["--config", `qemu-server.conf=${conf}`],
  ...["--shuffle", "3", "--slots", "59", "--ctime", "1714979289"],
  ...["--uuid", "0123456789abcdef0123456789abcdef"],
);
const other = makeArchive("other.vma", "--disk", "drive-virtio0:3M:dense:4");

inEachBrowser("A sound archive", {
  async "shows what its header says, and that all of it is there"(inspector) {
    await inspector.openArchive(archive.path);
    await inspector.shows(name, "#archive");
    await inspector.shows("01234567-89ab-cdef-0123-456789abcdef", "#archive");
    await inspector.shows("2024-05-06 07:08:09 UTC", "#archive");
    await inspector.openDisk("drive-efidisk0");
    await inspector.shows("540,672 bytes", "#devices");
    await inspector.shows("web-1", "#machine");
    await inspector.shows("Nothing is missing", "#scan");
  },

  async "is answered on the first screen, with what people come for by one click each"(inspector) {
    await inspector.page.choose(archive.path);
    await inspector.shows("Can be restored", "#scan h2");
    const below = await inspector.page.evaluate(() => {
      const ends = [...document.querySelectorAll("#scan h2, #scan button")]
        .filter((element) => element.checkVisibility())
        .map((element) => element.getBoundingClientRect().bottom);
      return [ends.length, ends.filter((end) => end > innerHeight).length, scrollY];
    });
    // The answer and four buttons, on a window of any usual height.
    assert.deepEqual(below, [5, 0, 0]);
    const config = await inspector.page.download(() =>
      inspector.clickIn("#scan", /^Save configuration$/),
    );
    assert.equal(readFileSync(config.path, "utf8"), readFileSync(conf, "utf8"));
    const disk = await inspector.page.download(() =>
      inspector.clickIn('.disk[data-disk="drive-scsi0"]', /^Save$/),
    );
    assert.match(disk.fileName, /^100-drive-scsi0.*\.qcow2$/);
    assert.equal(readFileSync(disk.path).toString("latin1", 0, 3), "QFI");
  },

  async "gives each disk out byte for byte"(inspector) {
    await inspector.openArchive(archive.path);
    for (const disk of archive.disks) {
      const download = await inspector.save(disk.name);
      assert.equal(download.failure, null);
      assert.match(download.fileName, new RegExp(`100.*${disk.name}.*\\.raw$`));
      assert.equal(download.sha256, disk.sha256, disk.name);
      if (disk.name !== "vmstate") {
        assert.equal(download.size, disk.size);
      }
    }
  },

  async "gives its configuration out byte for byte"(inspector) {
    await inspector.openArchive(archive.path);
    await inspector.shows("qemu-server.conf", "#configs");
    const download = await inspector.page.download(() => inspector.clickIn("#configs", /^Save/));
    assert.equal(download.failure, null);
    assert.equal(readFileSync(download.path, "utf8"), readFileSync(conf, "utf8"));
  },

  async "is replaced by a file that is dropped onto it"(inspector) {
    await inspector.openArchive(archive.path);
    await inspector.openArchive(other.path, "drop");
    await inspector.shows("drive-virtio0", "#devices");
    const download = await inspector.save("drive-virtio0");
    assert.equal(download.sha256, other.disks[0].sha256);
  },

  async "is opened, scanned and saved without a word to any server"(inspector) {
    // The page is complete when it has opened something.
    await inspector.openArchive(other.path);
    inspector.server.takeRequests();
    await inspector.openArchive(archive.path);
    const download = await inspector.save("drive-scsi0");
    assert.equal(download.failure, null);
    inspector.assertNothingWasSent();
  },
});
