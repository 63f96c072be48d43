// A scan that was kept and is started anew, as saves do it that wait for a pass, takes
// nothing of what was kept.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { openSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { modules } from "../../www/build/build.mjs";
import { makeArchive, makeFile } from "../browser/support/archives.mjs";
import { Archive, backup } from "./both-modules.mjs";

const { FileDescriptorSource } = await import(join(modules, "worker/source/node-source.js"));

const made = makeArchive("anew.vma", "--disk", "drive-scsi0:3M:mixed:4");
const PACKERS = {
  zst: ["zstd", "-q", "-c"],
  gz: ["gzip", "-c"],
  lzo: ["lzop", "-c"],
  bz2: ["bzip2", "-c"],
};

const opened = (path) => Archive.open(new FileDescriptorSource(openSync(path, "r")));

function finish(archive) {
  while (!archive.scanStep().done);
}

/** A kept scan of a packed archive, and the same archive with a bit that has rotted. */
function rotten(ending) {
  const [program, ...options] = PACKERS[ending];
  const packed = execFileSync(program, [...options, made.path], { maxBuffer: 1 << 26 });
  const first = opened(makeFile(`anew.vma.${ending}`, packed));
  finish(first);
  const kept = first.scanToKeep();
  // In the data of the disk, behind every header.
  packed[Math.floor(packed.length * 0.9)] ^= 0x10;
  const path = makeFile(`rotten.vma.${ending}`, packed);
  assert.throws(() => execFileSync(program, ["-t", path], { stdio: "ignore" }));
  const archive = opened(path);
  assert.ok(archive.takeKeptScan(kept));
  assert.ok(archive.keptScanHolds());
  return archive;
}

for (const ending of Object.keys(PACKERS)) {
  test(`a scan behind a kept one compares every checksum: .${ending}`, () => {
    const archive = rotten(ending);
    archive.restartScan(new Uint8Array([1]));
    finish(archive);
    assert.notDeepEqual(archive.report().container.findings, []);
  });

  test(`a save behind a kept scan compares every checksum: .${ending}`, () => {
    const archive = rotten(ending);
    const exporting = backup(archive).exportDisk(1, "raw", false, false, "as-it-is");
    const room = (length) => new Uint8Array(length);
    for (let goesOn = true; goesOn;) {
      while (!exporting.approach());
      goesOn = exporting.step();
      exporting.take(room);
    }
    while (!archive.unpackOn());
    assert.ok(!archive.keptScanHolds());
    assert.notDeepEqual(archive.report().container.findings, []);
  });
}
