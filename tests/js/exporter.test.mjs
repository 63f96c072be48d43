// Both modules of the core at work together, as the Worker has them: what the second
// reads is what the first has, and what becomes of the faults of either.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
import { FileDescriptorSource } from "../../www/worker/source/node-source.js";
import { folder, makeArchive, makeFile } from "../browser/support/archives.mjs";
import { Archive } from "./both-modules.mjs";
import { quietly } from "./quietly.mjs";

// The Worker fetches the module from the page's own files.
globalThis.fetch = async (url) => new Response(readFileSync(fileURLToPath(url)));
const { withBackup } = await import(pathToFileURL(join(modules, "worker/exporter.js")));

const made = makeArchive(
  "exporter.vma",
  ...["--disk", "drive-scsi0:12M:mixed:4", "--raw-out", folder],
);
const truth = readFileSync(join(folder, "drive-scsi0.raw"));
const room = (length) => new Uint8Array(length);

function scanned(path) {
  const archive = Archive.open(new FileDescriptorSource(openSync(path, "r")));
  while (!archive.scanStep().done);
  return archive;
}

/** All of a file; `ahead` gets to see what each step wants before it is made. */
function fileOf(exporting, ahead = () => {}) {
  const parts = [];
  for (let goesOn = true; goesOn;) {
    ahead(exporting.wants(0));
    while (!exporting.approach());
    goesOn = exporting.step();
    if (exporting.ready() > 0) parts.push(exporting.take(room));
  }
  exporting.free();
  return Buffer.concat(parts);
}

const raw = (archive) =>
  withBackup(archive, (backup) => backup.exportDisk(1, "raw", false, false, "as-it-is"));

/** The archive, with another disk than its own. */
const withDisk = (archive, disk) => ({ facts: () => archive.facts(), diskBytes: () => disk });

/** The disk that an archive has, with some of what it says changed. */
function changed(archive, calls) {
  const disk = archive.diskBytes(1, "as-it-is", false, false);
  const bytes = disk.bytes();
  const own =
    (object, name) =>
    (...given) =>
      object[name](...given);
  const ownOf = (object, names) =>
    Object.fromEntries(names.map((name) => [name, calls[name] ?? own(object, name)]));
  const names = ["size", "read", "gap", "trace", "approach", "detour", "free"];
  return { ...ownOf(disk, ["stored", "free"]), bytes: () => ownOf(bytes, names) };
}

/** A disk whose file would have more bytes than can be counted: the second module stops. */
const endless = (archive) =>
  changed(archive, {
    size: () => 2n ** 64n - 1n,
    stored: (from) => new BigUint64Array(from === 0n ? [0n, 2n ** 64n - 1n] : []),
  });

const isBroken = (error) => error.failure?.code === "exports-broken";

test("what is saved through both modules is the disk, and asks for where it lies", async () => {
  const archive = scanned(made.path);
  const wanted = [];
  assert.ok(fileOf(await raw(archive), (pairs) => wanted.push(...pairs)).equals(truth));
  // Of a plain file, where each run lies is told by the first module too.
  const runs = archive.imageRuns(1, 0, 100_000, "as-it-is");
  const isWanted = (offset, length) =>
    wanted.some((at, i) => i % 2 === 0 && at <= offset && offset + length <= at + wanted[i + 1]);
  let stored = 0;
  for (let i = 0; i < runs.length; i += 2) {
    if (runs[i + 1] < 0) continue;
    stored += 1;
    assert.ok(isWanted(runs[i + 1], Math.min(runs[i], 4096)), `${runs[i]} at ${runs[i + 1]}`);
  }
  assert.ok(stored > 1);
  archive.free();
});

for (const [ending, program, ...options] of [
  ["zst", "zstd", "-q", "-c"],
  ["gz", "gzip", "-c"],
  ["lzo", "lzop", "-c"],
  ["bz2", "bzip2", "-c"],
]) {
  test(`so it is out of a container: .${ending}`, async () => {
    const packed = execFileSync(program, [...options, made.path], { maxBuffer: 1 << 26 });
    const archive = scanned(makeFile(`exporter.vma.${ending}`, packed));
    assert.ok(fileOf(await raw(archive)).equals(truth));
    archive.free();
  });
}

test("what is read across stops where it ends, and is marked where it is lost", async () => {
  const holed = makeArchive(
    "exporter-holed.vma",
    ...["--disk", "drive-scsi0:3M:dense:3", "--leave-out", "1:7"],
  );
  const archive = scanned(holed.path);
  const disk = archive.diskBytes(1, "as-it-is", true, false);
  const bytes = disk.bytes();
  const into = new Uint8Array(200_000);
  const end = BigInt(3 * 1024 * 1024);
  assert.equal(bytes.size(), end);
  assert.equal(bytes.read(end - 1000n, into), 1000);
  assert.equal(bytes.read(end, into), 0);
  assert.equal(bytes.read(2n ** 63n, into), 0);
  assert.equal(bytes.read(BigInt(7 * 65_536), into), into.length);
  assert.equal(Buffer.from(into.subarray(0, 32)).toString(), "VMA-DATA-IS-LOST".repeat(2));
  assert.equal(bytes.gap(0n, end), undefined, "what is lost is made up");
  assert.deepEqual(bytes.trace(BigInt(7 * 65_536), BigInt(8 * 65_536)).length, 0);
  assert.deepEqual([...disk.stored(0n, 5)], [0n, end], "a mark has to be stored");
  bytes.free();
  disk.free();
  const plain = archive.diskBytes(1, "as-it-is", false, false);
  const stored = [0n, BigInt(7 * 65_536), BigInt(8 * 65_536), end];
  assert.deepEqual([...plain.stored(0n, 5)], stored);
  assert.deepEqual([...plain.stored(0n, 1)], stored.slice(0, 2));
  assert.deepEqual([...plain.stored(stored[1], 5)], stored.slice(2));
  plain.free();
  archive.free();
});

test("the second module breaks and the first goes on, and so does another instance", async () => {
  const archive = scanned(made.path);
  const older = await raw(archive);
  await quietly(() =>
    assert.rejects(
      withBackup(withDisk(archive, endless(archive)), (backup) => {
        const reading = backup.readDisk(1, 0, "as-it-is");
        return reading.total();
      }),
      isBroken,
    ),
  );
  assert.throws(() => older.step(), isBroken, "nothing is left of what the old instance gave");
  older.free();
  assert.ok(Buffer.from(archive.imageRead(1, 0, truth.length)).equals(truth));
  assert.ok(fileOf(await raw(archive)).equals(truth));
  archive.free();
});

test("what the first module says comes up as it was said", async () => {
  const cut = makeFile("exporter-cut.vma", readFileSync(made.path));
  const source = new FileDescriptorSource(openSync(cut, "r"));
  const archive = Archive.open(source);
  while (!archive.scanStep().done);
  const exporting = await raw(archive);
  makeFile("exporter-cut.vma", readFileSync(made.path).subarray(0, made.headerSize + 9000));
  assert.throws(
    () => fileOf(exporting),
    ({ name, code, part }) => name === "VmaError" && code === "source-shrank" && part === "source",
  );
  makeFile("exporter-cut.vma", readFileSync(made.path));
  exporting.restart();
  assert.ok(fileOf(exporting).equals(truth), "and it is gone on with");
  archive.free();
});

// The last one: what has broken the first module is what everything fails with.
test("a fault of the first module is told as its own, and ends no instance", async () => {
  const archive = scanned(made.path);
  const older = await raw(archive);
  const trap = new WebAssembly.RuntimeError("unreachable");
  const disk = changed(archive, {
    read: () => {
      throw trap;
    },
  });
  const exporting = await raw(withDisk(archive, disk));
  assert.throws(
    () => exporting.step(),
    (error) => error === trap,
  );
  assert.ok(fileOf(older).equals(truth));
  archive.free();
});
