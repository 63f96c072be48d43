// Compressed archives, as the real programs make them: the page shows the same
// and saves the same as from the plain one.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { makeArchive } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const plain = makeArchive(
  "vzdump-qemu-101-2024_05_06-07_08_09.vma",
  ...["--disk", "drive-scsi0:24M:mixed:6", "--disk", "drive-efidisk0:540672:dense:7"],
);

const containers = {
  zst: ["zstd", "-q", "--threads=2", "--rsyncable"],
  lzo: ["lzop"],
  gz: ["pigz", "--rsyncable", "--keep"],
  bz2: ["bzip2", "--keep"],
};

inEachBrowser(
  "An archive in a container",
  Object.fromEntries(
    Object.entries(containers).map(([extension, [program, ...options]]) => [
      `of ${program} is opened, and its disks come out byte for byte`,
      async (inspector) => {
        execFileSync(program, [...options, "--force", plain.path]);
        await inspector.openArchive(`${plain.path}.${extension}`);
        await inspector.shows("540,672 bytes", "#devices");
        for (const disk of plain.disks) {
          const download = await inspector.save(disk.name);
          assert.equal(download.failure, null);
          assert.equal(download.sha256, disk.sha256, disk.name);
        }
      },
    ]),
  ),
);
