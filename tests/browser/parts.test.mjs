// Backups in parts, in the wrong order, and packed more than once.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { makeArchive, makeFile } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const made = makeArchive("split.vma", ...["--disk", "drive-scsi0:20M:mixed:31"]);
const [disk] = made.disks;
const zstd = execFileSync("zstd", ["-q", "-c", made.path], { maxBuffer: 1 << 26 });

/** Three files of `bytes`, of names of which the order is no help. */
function parts(name, bytes, endings) {
  const third = Math.ceil(bytes.length / 3);
  return endings.map((ending, at) =>
    makeFile(`${name}${ending}`, bytes.subarray(at * third, (at + 1) * third)),
  );
}

const plain = parts("split.vma", readFileSync(made.path), [".001", ".002", ".003"]);
const packed = parts("split.vma.zst", zstd, [".ac", ".aa", ".ab"]);
const photo = makeFile("photo.jpg", randomBytes(3000));
const twice = makeFile("twice.vma.zst.gz", gzipSync(zstd));
const bytes = readFileSync(made.path);
const middle = made.offsets[2];
const swapped = makeFile(
  "swapped.vma",
  Buffer.concat([bytes.subarray(middle), bytes.subarray(0, middle)]),
);

async function savesTheDisk(inspector) {
  const download = await inspector.save(disk.name);
  assert.equal(download.failure, null);
  assert.equal(download.sha256, disk.sha256);
}

inEachBrowser("A backup in parts", {
  async "is put together in the order that it proves, whatever the names say"(inspector) {
    for (const [files, name] of [
      [[plain[2], plain[0], plain[1]], "split.vma"],
      [packed, "split.vma.zst"],
    ]) {
      await inspector.page.choose(files);
      await inspector.shows(name, "#place");
      await inspector.shows("What is in them proves their order", "#archive");
      await inspector.shows("Scan again", "#scan");
      await inspector.shows("Nothing is missing", "#scan");
      await savesTheDisk(inspector);
    }
  },

  async "is told to be a part where it comes alone, and which"(inspector) {
    await inspector.page.choose(plain[0]);
    await inspector.shows("By its name this is part 1 of a file that was split", "#archive");
    await inspector.page.choose([plain[0], packed[0]]);
    await inspector.shows("Those are several files", "#failure");
  },

  async "is put together with nothing that is none of it"(inspector) {
    for (const part of [plain[0], packed[0], made.path]) {
      await inspector.page.choose([part, photo]);
      await inspector.shows("Not all of these files are parts of the backup", "#failure");
      await inspector.shows("photo.jpg", "#failure");
      await inspector.clickIn("#failure", "Close this message");
    }
  },

  async "in the wrong order keeps its names"(inspector) {
    await inspector.openArchive(swapped);
    await inspector.shows("The header stands further on in the file", "#archive");
    await inspector.shows(disk.name, "#devices");
  },

  async "and one that is packed twice is read through"(inspector) {
    await inspector.openArchive(twice);
    await inspector.shows("The gzip + zstd data is whole", "#container");
    await inspector.shows("This file is packed more than once: gzip + zstd", "#container");
    await savesTheDisk(inspector);
  },
});
