// What is on a disk, told by the module that looks into disks of what the first reads.

import assert from "node:assert/strict";
import { openSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../www/build/tools.mjs";
import { FileDescriptorSource } from "../../www/worker/source/node-source.js";
import { Archive, disks } from "./both-modules.mjs";

const path = join(root, "tests/fixtures/f1-gpt-ext4.vma.zst");
const opened = () => Archive.open(new FileDescriptorSource(openSync(path, "r")));

function scan(archive) {
  while (!archive.scanStep().done);
}

/** As `blkid` has the fixture's partitions. */
const KINDS = ["fat12", "ext4", "swap"];
const kinds = (contents) => contents?.areas.map(({ volume }) => volume?.kind);

test("a scan has a disk looked into as it comes by", () => {
  const archive = opened();
  assert.equal(archive.diskContents(1), undefined);
  let looks = 0;
  archive.setLook((disk) => {
    looks += 1;
    return disks.describeDisk(disk);
  });
  scan(archive);
  const { complete, scheme } = archive.diskContents(1);
  assert.deepEqual([complete, scheme, kinds(archive.diskContents(1))], [true, "gpt", KINDS]);
  assert.ok(looks > 1, `${looks} looks`);
  archive.free();
});

test("who comes when the scan is over is asked then", () => {
  const archive = opened();
  scan(archive);
  assert.equal(archive.diskContentsStep(1), true);
  assert.equal(archive.diskContents(1), undefined);
  archive.setLook((disk) => disks.describeDisk(disk));
  while (!archive.diskContentsStep(1));
  assert.deepEqual(kinds(archive.diskContents(1)), KINDS);
  archive.free();
});

test("a look that throws stops no scan, and is told of when it is asked for", () => {
  const archive = opened();
  archive.setLook(() => {
    throw new TypeError("no look");
  });
  scan(archive);
  assert.deepEqual(archive.report().findings, []);
  assert.throws(() => archive.diskContentsStep(1), /no look/);
  archive.setLook((disk) => disks.describeDisk(disk));
  while (!archive.diskContentsStep(1));
  assert.deepEqual(kinds(archive.diskContents(1)), KINDS);
  archive.free();
});
