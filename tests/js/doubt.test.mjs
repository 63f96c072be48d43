// What is in doubt, as it is or as lost: in what the core gives under Node, and in
// the words of the page for it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
import { FileDescriptorSource } from "../../www/worker/source/node-source.js";
import { folder, makeArchive, makeFile, qemuServerConf } from "../browser/support/archives.mjs";
import { Archive, backup } from "./both-modules.mjs";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { hashLabel, savedDoubt } = await built("words/doubt.js");
const { wishFor } = await built("page/wish.js");

const MIB = 1024 * 1024;
const CLUSTER = 65_536;
const SIZE = 12 * MIB;

const made = makeArchive(
  "doubt-node.vma",
  ...["--disk", "drive-scsi0:12M:dense:5", "--raw-out", folder],
  ...["--config", `qemu-server.conf=${makeFile("doubt.conf", qemuServerConf("drive-scsi0"))}`],
);
const bytes = readFileSync(made.path);
const truth = readFileSync(join(folder, "drive-scsi0.raw"));

/** One byte too many in the data of the second extent. */
const at = made.offsets[1] + 512 + 100_000;
const shifted = makeFile(
  "doubt-node-shifted.vma",
  Buffer.concat([bytes.subarray(0, at), Buffer.from("\r"), bytes.subarray(at)]),
);
// A dense disk stands in the archive in its order.
const start = made.offsets[1] - made.offsets[0] - 512;
const length = made.offsets[2] - made.offsets[1] - 512;

/** The disk as it has to come out: what is found there, or zeros. */
function expected(taken) {
  const disk = Buffer.from(truth);
  const found = readFileSync(shifted);
  const data = made.offsets[1] + 512;
  if (taken === "as-lost") disk.fill(0, start, start + length);
  else found.copy(disk, start, data, data + length);
  return disk;
}

/** Opens the archive, scans it, and lets go of it after. */
function withArchive(use) {
  const descriptor = openSync(shifted, "r");
  const archive = Archive.open(new FileDescriptorSource(descriptor));
  try {
    while (!archive.scanStep().done);
    return use(archive);
  } finally {
    archive.free();
    closeSync(descriptor);
  }
}

const room = (size) => new Uint8Array(size);

/** All bytes of a file, and what passed of its disk. */
function fileOf(exporting) {
  const parts = [];
  const passed = [];
  while (exporting.step()) {
    passed.push(...exporting.takePassed(room).map((piece) => [piece.offset, piece.bytes.length]));
    if (exporting.ready() > 0) parts.push(exporting.take(room));
  }
  if (exporting.ready() > 0) parts.push(exporting.take(room));
  exporting.free();
  return { file: Buffer.concat(parts), passed };
}

test("a program saves a disk with its doubt as it is, or as lost", () => {
  withArchive((archive) => {
    assert.equal(archive.doubtRanges(1, 9).bytes, length);
    for (const taken of [undefined, "as-it-is", "as-lost"]) {
      const { file } = fileOf(backup(archive).exportDisk(1, "raw", false, false, taken));
      assert.ok(file.equals(expected(taken)), String(taken));
      const lost = taken === "as-lost" ? length : 0;
      assert.equal(archive.imageLost(1, taken), lost);
      const read = archive.imageRead(1, start - 10, 100, taken);
      assert.ok(Buffer.from(read).equals(expected(taken).subarray(start - 10, start + 90)));
      const sign = taken === "as-lost" ? "-" : "?";
      const map = archive.lostMap(1, taken).match(/^0x\w+ +0x\w+ +[?-]$/gm);
      assert.deepEqual(
        map.map((line) => [...line.split(/ +/).slice(0, 2).map(Number), line.at(-1)]),
        [[start, length, sign]],
      );
    }
  });
});

test("a disk that is put together from pieces has no piece of what is taken as lost", () => {
  withArchive((archive) => {
    const found = readFileSync(shifted);
    for (const taken of ["as-it-is", "as-lost"]) {
      const runs = archive.imageRuns(1, 0, 1000, taken);
      const pieces = [];
      for (let i = 0; i < runs.length; i += 2) {
        const [size, offset] = [runs[i], runs[i + 1]];
        pieces.push(offset < 0 ? Buffer.alloc(size) : found.subarray(offset, offset + size));
      }
      assert.ok(Buffer.concat(pieces).equals(expected(taken)), taken);
    }
  });
});

test("what is taken as lost is not read for the hash, and takes no room in a qcow2", () => {
  withArchive((archive) => {
    const sizes = ["as-it-is", "as-lost"].map((taken) => {
      const { passed } = fileOf(backup(archive).readDisk(1, 0, taken));
      const all = passed.reduce((sum, [, size]) => sum + size, 0);
      assert.equal(all, taken === "as-lost" ? SIZE - length : SIZE);
      const { file } = fileOf(backup(archive).exportDisk(1, "qcow2", false, false, taken));
      return file.length;
    });
    assert.equal(sizes[0] - sizes[1], length);
  });
});

test("an appliance holds its disks the one way or the other, compressed or not", () => {
  withArchive((archive) => {
    for (const taken of ["as-it-is", "as-lost"]) {
      for (const compressed of [true, false]) {
        const { file } = fileOf(backup(archive).exportAppliance(true, compressed, false, taken));
        const name = `doubt-${taken}-${compressed}`;
        const into = join(folder, name);
        mkdirSync(into);
        execFileSync("tar", ["-x", "-C", into, "-f", makeFile(`${name}.ova`, file)]);
        const disk = readdirSync(into).find((each) => each.endsWith(".vmdk"));
        const raw = join(into, "disk.raw");
        execFileSync("qemu-img", ["convert", "-O", "raw", join(into, disk), raw]);
        assert.ok(readFileSync(raw).equals(expected(taken)), name);
      }
    }
  });
});

test("a way that does not exist is told, and not taken for another", () => {
  withArchive((archive) => {
    assert.throws(
      () => backup(archive).exportDisk(1, "raw", false, false, "lost"),
      /as-it-is or as-lost/,
    );
    assert.throws(() => archive.lostMap(1, "zeros"), /as-it-is or as-lost/);
  });
});

test("the clusters in doubt are counted apart", () => {
  withArchive((archive) => {
    const [{ clusters, doubtBytes }] = archive.report().devices;
    assert.equal(doubtBytes, length);
    assert.deepEqual([clusters.doubtedFull, clusters.doubtedPartial], [length / CLUSTER, 0]);
    assert.equal(clusters.full, clusters.total);
  });
});

test("a hash says what it is of", () => {
  const label = (lost, doubted, taken = "as-it-is") =>
    hashLabel({ size: SIZE, lost: lost * MIB, doubt: { bytes: doubted * MIB, taken } });
  assert.equal(label(0, 0), "SHA-256 of the disk's 12 MiB:");
  assert.equal(label(2, 0), "SHA-256 of the disk's 12 MiB, with zeros for 2 MiB that are missing:");
  assert.equal(label(0, 3), "SHA-256 of the disk's 12 MiB as read, with 3 MiB in doubt:");
  assert.match(label(2, 3), /as read, with 3 MiB in doubt and zeros for 2 MiB that are missing:$/);
  assert.equal(
    label(0, 3, "as-lost"),
    "SHA-256 of the disk's 12 MiB, with zeros for 3 MiB in doubt:",
  );
  assert.match(label(2, 3, "as-lost"), /zeros for 3 MiB in doubt and for 2 MiB that are missing:$/);
});

test("a saved file says what it holds for bytes in doubt, and how many they are", () => {
  const said = (taken, marked = false) => savedDoubt({ bytes: 3 * MIB, taken }, marked);
  assert.match(said("as-it-is"), /^3 MiB \(3,145,728 bytes\)[^]*in the file as they are/);
  assert.match(said("as-lost"), /^3 MiB \(3,145,728 bytes\)[^]*has zeros in their place/);
  assert.match(said("as-lost", true), /has “VMA-DATA-IS-LOST” in their place/);
});

test("a file that leaves out what is in doubt may be shorter than it would be", () => {
  const formats = new Map([
    [
      1,
      [
        { code: "raw", size: SIZE, exact: true },
        { code: "qcow2", size: SIZE + 500, exact: true },
      ],
    ],
  ]);
  const archive = {
    file: { name: "a.vma", size: SIZE },
    overview: { devices: [{ id: 1, size: SIZE }], container: "plain" },
    scan: { report: null },
    formats,
    elsewhere: { facts: { sizeMax: SIZE, exact: true } },
  };
  const exact = (what) => wishFor(archive, { deviceId: 1, marked: false, ...what }).exact;
  for (const [doubt, isSure] of [
    ["as-it-is", true],
    ["as-lost", false],
  ]) {
    assert.equal(exact({ kind: "disk", format: "raw", doubt }), true);
    assert.equal(exact({ kind: "disk", format: "qcow2", doubt }), isSure);
    assert.equal(exact({ kind: "appliance", doubt }), isSure);
  }
});
