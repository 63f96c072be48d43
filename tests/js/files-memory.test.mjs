// What looking at files takes of memory and of reads: a folder of 100,000 entries, and a
// file of 1 GiB, through the page's own modules.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { execPath } from "node:process";
import { test } from "node:test";
import { root } from "../../www/build/tools.mjs";
import { folder, makeArchive } from "../browser/support/archives.mjs";

const MIB = 1 << 20;
const ENTRIES = 100_000;
const bench = join(root, "tests/bench/files.mjs");

/** An archive of a disk, and what is told of its folder `many` and its file `large`. */
function measured(disk, ...names) {
  const { path } = makeArchive("measured.vma", "--no-sha", "--disk-from", `drive-scsi0=${disk}`);
  const told = execFileSync(execPath, [bench, path, "0", ...names], { encoding: "utf8" });
  return JSON.parse(told);
}

test("a folder of 100,000 entries takes less than 192 MiB, and its bytes are read once", () => {
  const [empty, list, disk] = ["empty", "list", "many.xfs"].map((name) => join(folder, name));
  writeFileSync(empty, "");
  const names = Array.from({ length: ENTRIES }, (_, index) => `${index} ---644 0 0 ${empty}\n`);
  const top = "/nothing\n0 0\nd--755 0 0\nmany d--755 0 0\n";
  writeFileSync(list, `${top}${names.join("")}$\n$\n`);
  writeFileSync(disk, "");
  truncateSync(disk, 400 * MIB);
  execFileSync("/usr/sbin/mkfs.xfs", ["-q", "-f", "-p", list, disk]);
  const told = measured(disk, "many", "-");
  assert.equal(told.list.entries, ENTRIES);
  assert.ok(told.memory > 3 * MIB && told.memory <= 192 * MIB, `${told.memory / MIB} MiB`);
  // Inodes of 512 bytes, and names of up to 24.
  assert.ok(told.list.bytes <= 1.5 * ENTRIES * (512 + 24), `${told.list.bytes} bytes`);
});

test("a file of 1 GiB is saved with less than 192 MiB", () => {
  const source = join(folder, "large");
  mkdirSync(source);
  const large = openSync(join(source, "large"), "w");
  ftruncateSync(large, 1024 * MIB);
  // In 1,024 pieces, with holes between them.
  for (let at = 0; at < 1024 * MIB; at += MIB) writeSync(large, "here", at);
  closeSync(large);
  const disk = join(folder, "large.ext4");
  execFileSync("/usr/sbin/mke2fs", ["-q", "-F", "-t", "ext4", "-d", source, disk, "64M"]);
  const told = measured(disk, "-", "large");
  assert.equal(told.save.saved, 1024 * MIB);
  assert.ok(told.memory > 3 * MIB && told.memory <= 192 * MIB, `${told.memory / MIB} MiB`);
});
