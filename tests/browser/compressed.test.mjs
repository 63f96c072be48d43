// Backups as Proxmox compresses them, sound and broken: they open like plain
// ones, every disk comes out, and the page says what their checksums prove.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder, makeArchive, makeFile } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const made = makeArchive(
  "packed.vma",
  ...["--disk", "drive-scsi0:40M:mixed:21"],
  ...["--disk", "drive-efidisk0:540672:dense:22"],
  ...["--interleave", "2"],
);

/** What a program makes of the archive, under a name of its own. */
function packed(name, program, ...options) {
  const output = execFileSync(program, [...options, "-c", made.path], { maxBuffer: 1 << 28 });
  return makeFile(name, output);
}

const zstd = packed("sound.vma.zst", "zstd", "-q");
const forms = [
  [zstd, "zstd", /checksum over the whole archive agrees: the bytes are those/],
  [packed("sound.vma.lzo", "lzop"), "lzop", /only the blocks that were unpacked/],
  [packed("sound.vma.gz", "gzip"), "gzip", /checksum over the whole archive agrees/],
  [packed("sound.vma.bz2", "bzip2"), "bzip2", /cover the whole archive, agree: the bytes/],
];

/** The same with the byte at `offset` from the end changed. */
function flipped(name, path, fromEnd) {
  const bytes = readFileSync(path);
  bytes[bytes.length - fromEnd] ^= 0x10;
  return makeFile(name, bytes);
}

const wrongSum = flipped("wrong-sum.vma.zst", zstd, 1);
const unsummed = packed("unsummed.vma.zst", "zstd", "-q", "--no-check");
const crashed = join(folder, "crashed.vma.dat");
copyFileSync(zstd, crashed);
const cut = join(folder, "cut.vma.zst");
writeFileSync(cut, readFileSync(zstd).subarray(0, 6 << 20));

async function savesAll(inspector) {
  for (const disk of made.disks) {
    const download = await inspector.save(disk.name);
    assert.equal(download.failure, null);
    assert.equal(download.sha256, disk.sha256, disk.name);
  }
}

for (const [path, kind, proven] of forms) {
  inEachBrowser(`A backup in ${kind}`, {
    async "opens, is checked, and each disk comes out byte for byte"(inspector) {
      await inspector.openArchive(path);
      await inspector.shows(`${kind}-compressed`, "#archive");
      await inspector.shows("unpacked", "#archive");
      await inspector.shows("Nothing is missing", "#scan");
      await inspector.shows(proven, "#scan");
      await inspector.shows(`The ${kind} data is whole`, "#container");
      await savesAll(inspector);
    },
  });
}

inEachBrowser("A compressed backup", {
  async "is told by its bytes, not by its name"(inspector) {
    await inspector.openArchive(crashed);
    await inspector.shows("zstd-compressed", "#archive");
    await inspector.shows("Nothing is missing", "#scan");
  },

  async "with a wrong checksum comes out whole, and the page says what is wrong"(inspector) {
    await inspector.openArchive(wrongSum);
    await inspector.shows("Everything is there, but not every byte is right", "#scan");
    await inspector.shows("The zstd checksum does not agree", "#container");
    await inspector.clickIn("#container", /checksum/);
    await inspector.shows("zstd-checksum-mismatch", "#container");
    await savesAll(inspector);
  },

  async "without a checksum is not called proven"(inspector) {
    await inspector.openArchive(unsummed);
    await inspector.shows("without a checksum", "#container");
    await inspector.shows("no program can tell", "#scan");
  },

  async "that was cut shows what it holds, and gives that out"(inspector) {
    await inspector.openArchive(cut);
    await inspector.shows("damaged", "#scan");
    await inspector.shows("The zstd data is cut off", "#container");
    await inspector.shows("missing", "#devices");
    const download = await inspector.page.download(async () => {
      await inspector.clickInCard("drive-scsi0", "Save as raw image");
      await inspector.page.click("button", "Save with zeros in the gaps");
    });
    assert.equal(download.failure, null);
    assert.equal(download.size, 40 << 20);
  },
});

/** One lzop block in the middle of the data, of which the check reads nothing. */
const lzop = readFileSync(forms[1][0]);
const brokenBlock = makeFile("broken-block.vma.lzo", brokenInTheMiddle(lzop));

function brokenInTheMiddle(bytes) {
  const broken = Buffer.from(bytes);
  broken.fill(0xff, (bytes.length >> 1) + 5, (bytes.length >> 1) + 3000);
  return broken;
}

inEachBrowser("A block that cannot be unpacked", {
  async "and that only a save comes across is said to be zeros"(inspector) {
    await inspector.openArchive(brokenBlock);
    const download = await inspector.save("drive-scsi0");
    assert.equal(download.failure, null);
    assert.equal(download.size, 40 << 20);
    await inspector.shows(/bytes are zeros|do not agree|does not agree/, "main");
  },
});
