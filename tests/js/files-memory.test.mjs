// What looking at files takes of memory and of reads: a folder of 100,000 entries, and a
// file of 1 GiB, through the page's own modules.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { execPath } from "node:process";
import { test } from "node:test";
import { root } from "../../www/build/tools.mjs";
import { folder, makeArchive } from "../browser/support/archives.mjs";

const MIB = 1 << 20;
const ENTRIES = 100_000;
const bench = join(root, "tests/bench/files.mjs");

/** An ext4 with a folder of many files, and a large file in 1,024 pieces. */
function disk() {
  const source = join(folder, "measured");
  const many = join(source, "many");
  mkdirSync(many, { recursive: true });
  for (let index = 0; index < ENTRIES; index += 1) {
    writeFileSync(join(many, `${index} of many.text`), "");
  }
  const large = openSync(join(source, "large"), "w");
  ftruncateSync(large, 1024 * MIB);
  for (let at = 0; at < 1024 * MIB; at += MIB) writeSync(large, "here", at);
  closeSync(large);
  const path = join(folder, "measured.ext4");
  const options = ["-q", "-F", "-t", "ext4", "-N", "120000", "-d", source, path, "256M"];
  execFileSync("/usr/sbin/mke2fs", options);
  return path;
}

test("a folder of 100,000 entries and a file of 1 GiB take less than 192 MiB", () => {
  const { path } = makeArchive("measured.vma", "--no-sha", "--disk-from", `drive-scsi0=${disk()}`);
  const told = execFileSync(execPath, [bench, path, "0", "many", "large"], { encoding: "utf8" });
  const { list, save, memory } = JSON.parse(told);
  assert.deepEqual([list.entries, save.saved], [ENTRIES, 1024 * MIB]);
  assert.ok(memory > 3 * MIB && memory <= 192 * MIB, `${memory / MIB} MiB of wasm`);
  // The folder's own blocks and the inodes, each once.
  assert.ok(list.bytes <= 64 * MIB, `${list.bytes} bytes, ${list.reads} reads`);
});
