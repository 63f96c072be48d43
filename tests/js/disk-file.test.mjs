// A disk in a file of its own, through wasm as the Worker has it: held against what qemu-img
// says of the same file.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
import { diskFile, disks, reading } from "./both-modules.mjs";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { DiskArchive } = await built("worker/disk-file/disk-archive.js");
const { bytesHad, counted, CLUSTER } = await built("worker/disk-file/cells.js");
const { FileDescriptorSource } = await built("worker/source/node-source.js");

const folder = mkdtempSync(join(tmpdir(), "vma-disk-file-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const run = (program, ...given) =>
  execFileSync(program, given, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });

/** A disk of 8 MiB with a file system on it, raw and as qcow2. */
function made() {
  run("truncate", "-s", "8M", "disk.raw");
  run("mkfs.ext4", "-q", "-L", "alone", "disk.raw");
  run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "disk.raw", "disk.qcow2");
  run("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", "disk.raw", "packed.qcow2");
  run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "disk.qcow2", "-F", "qcow2", "top.qcow2");
  run("zstd", "-q", "disk.raw", "-o", "disk.raw.zst");
  const throws = dice(5);
  writeFileSync(
    join(folder, "noise.raw"),
    Uint8Array.from({ length: 4 << 20 }, () => throws(40)),
  );
  run("lzop", "-q", "noise.raw");
  return readFileSync(join(folder, "disk.raw"));
}

const raw = made();

function opened(name, form) {
  const source = new FileDescriptorSource(openSync(join(folder, name), "r"));
  const unpacked = reading.Unpacked.open(source, false);
  const archive = new DiskArchive(diskFile.DiskFile[form](unpacked.bytes()), unpacked, source.size);
  archive.setLook((disk) => disks.describeDisk(disk));
  while (!archive.scanStep().done);
  archive.diskContentsStep();
  return archive;
}

/** All of the disk. */
function bytesOf(archive) {
  const parts = [];
  for (let at = 0; at < archive.imageSize(); at += parts.at(-1).length) {
    parts.push(archive.imageRead(1, at, 1 << 18));
    assert.ok(parts.at(-1).length > 0);
  }
  return Buffer.concat(parts);
}

for (const [name, form] of [
  ["disk.raw", "raw"],
  ["disk.raw.zst", "raw"],
  ["disk.qcow2", "qcow2"],
  ["packed.qcow2", "qcow2"],
]) {
  test(`${name} holds the disk that it was made of, and what is on it`, () => {
    const archive = opened(name, form);
    assert.equal(archive.imageSize(), raw.length);
    assert.ok(bytesOf(archive).equals(raw));
    const [{ volume }] = archive.diskContents().areas;
    assert.deepEqual([volume.kind, volume.label], ["ext4", "alone"]);
    assert.equal(archive.image().format, form);
    archive.free();
  });
}

test("where it is stored is where qemu-img says", () => {
  const archive = opened("disk.qcow2", "qcow2");
  const map = JSON.parse(run("qemu-img", "map", "--output=json", "disk.qcow2"));
  const runs = archive.imageRuns(1, 0, 10_000);
  const stored = [];
  for (let i = 0, at = 0; i < runs.length; at += runs[i], i += 2) {
    if (runs[i + 1] >= 0) stored.push([at, at + runs[i]]);
  }
  const wanted = map.filter(({ data }) => data).map((one) => [one.start, one.start + one.length]);
  const joined = wanted.reduce((all, [start, end]) => {
    if (all.at(-1)?.[1] === start) all.at(-1)[1] = end;
    else all.push([start, end]);
    return all;
  }, []);
  assert.ok(joined.length > 1);
  assert.deepEqual(stored, joined);
  archive.free();
});

test("a disk that rests on another file is refused by its name", () => {
  assert.throws(() => opened("top.qcow2", "qcow2"), {
    code: "image-backing-file",
    message: /disk\.qcow2/,
  });
  writeFileSync(
    join(folder, "short.qcow2"),
    readFileSync(join(folder, "disk.qcow2")).subarray(0, 80),
  );
  assert.throws(() => opened("short.qcow2", "qcow2"), { code: "image-cut" });
});

/** Each cluster by itself: the worst gap that has a byte of it, or how much of it is stored. */
function oneByOne(stored, gaps, { size, from, to, cells }) {
  const counts = new Float64Array(cells * 6);
  const kindOf = (cluster) => {
    const [start, until] = [cluster * CLUSTER, Math.min((cluster + 1) * CLUSTER, size)];
    const shared = ([a, b]) => Math.max(0, Math.min(b, until) - Math.max(a, start));
    const kinds = gaps.filter((gap) => shared(gap) > 0).map(([, , kind]) => kind);
    // Lost, then not yet known, then in doubt.
    const worst = [0, 2, 1].find((kind) => kinds.includes(kind));
    if (worst !== undefined) return [3, 4, 5][worst];
    const inside = stored.reduce((sum, stretch) => sum + shared(stretch), 0);
    return inside === until - start ? 0 : inside > 0 ? 1 : 2;
  };
  for (let cell = 0; cell < cells; cell += 1) {
    const first = from + Math.floor(((to - from) * cell) / cells);
    const end = from + Math.floor(((to - from) * (cell + 1)) / cells);
    for (let cluster = first; cluster < end; cluster += 1) {
      counts[cell * 6 + kindOf(cluster)] += 1;
    }
  }
  return counts;
}

/** Numbers that are the same in each run. */
function dice(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Stretches in order, none touching the next, at whole, half and odd places. */
function stretches(throws, size) {
  const found = [];
  for (let at = throws(3) * 512; at < size;) {
    const length = [512, CLUSTER, 3 * CLUSTER + 1024, CLUSTER - 512][throws(4)];
    found.push([at, Math.min(size, at + length)]);
    at += length + [512, CLUSTER, 2 * CLUSTER + 512, 6 * CLUSTER][throws(4)];
  }
  return found;
}

const isIn = (ranges, at) => ranges.some(([start, end]) => start <= at && at < end);

test("clusters and bytes are counted as one by one", () => {
  const kinds = new Set();
  for (let seed = 1; seed <= 300; seed += 1) {
    const throws = dice(seed);
    const size = 20 * CLUSTER + throws(3) * 512;
    const stored = stretches(throws, size);
    const gaps = seed % 3 === 0 ? [] : stretches(throws, size).map((gap) => [...gap, throws(3)]);
    const all = Math.ceil(size / CLUSTER);
    const from = throws(all);
    const what = { size, from, to: from + 1 + throws(all - from), cells: 1 + throws(30) };
    const right = oneByOne(stored, gaps, what);
    right.forEach((number, at) => number > 0 && kinds.add(at % 6));
    assert.deepEqual(counted(stored, gaps, what), right, `seed ${seed}`);
    const lost = gaps.filter(([, , kind]) => kind === 0);
    const isHad = (at) => isIn(stored, at) && !isIn(lost, at);
    const sectors = Array.from({ length: Math.ceil(size / 512) }, (_, number) => number * 512);
    assert.equal(bytesHad(stored, gaps), sectors.filter(isHad).length * 512, `seed ${seed}`);
  }
  assert.equal(kinds.size, 6, "each kind was met");
});

test("what is lost of a disk image is drawn as lost", () => {
  const packed = readFileSync(join(folder, "noise.raw.lzo"));
  packed.fill(0xff, 1 << 20, (1 << 20) + 256);
  writeFileSync(join(folder, "damaged.raw.lzo"), packed);
  const archive = opened("damaged.raw.lzo", "raw");
  const { container, devices } = archive.report();
  const { clusters, storedBytes, zeroBytes, missingBytes, imageSize } = devices[0];
  assert.equal(storedBytes, container.unpackedSize);
  assert.equal(storedBytes + zeroBytes + missingBytes, imageSize);
  const cells = archive.countDisk(1, 0, 1e9, 4).picture(archive).counts;
  const sum = (kind) => [0, 1, 2, 3].reduce((all, cell) => all + cells[cell * 6 + kind], 0);
  assert.ok(clusters.missing > 0);
  assert.equal(clusters.missing * CLUSTER, archive.imageLost());
  assert.equal(sum(3), clusters.missing);
  assert.equal(sum(2), clusters.zero);
  assert.equal(sum(0) + sum(1) + sum(4), clusters.full + clusters.partial);
  archive.free();
});

test("what a checksum speaks against is told before anything is read of it", () => {
  const packed = readFileSync(join(folder, "noise.raw.lzo"));
  // Deep within a block, of which the program says no more than this.
  const at = packed.length - 100_000;
  packed.fill(packed[at] ^ 1, at, at + 1);
  writeFileSync(join(folder, "flipped.raw.lzo"), packed);
  assert.throws(() => run("lzop", "-t", "flipped.raw.lzo"), /Checksum error|Data error/i);
  const archive = opened("flipped.raw.lzo", "raw");
  const { container, devices } = archive.report();
  const [{ missingBytes, doubtBytes }] = devices;
  assert.equal(container.findings.length, 1, JSON.stringify(container));
  assert.equal(missingBytes + doubtBytes, 256 << 10, "the block that lzop packs at once");
  archive.free();
});
