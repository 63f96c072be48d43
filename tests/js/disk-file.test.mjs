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
const { counted, CLUSTER } = await built("worker/disk-file/cells.js");
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

/** Each cluster by itself: all of it stored, some, or none. */
function oneByOne(stored, { size, from, to, cells }) {
  const counts = new Float64Array(cells * 6);
  for (let cell = 0; cell < cells; cell += 1) {
    const first = from + Math.floor(((to - from) * cell) / cells);
    const end = from + Math.floor(((to - from) * (cell + 1)) / cells);
    for (let cluster = first; cluster < end; cluster += 1) {
      const [start, until] = [cluster * CLUSTER, Math.min((cluster + 1) * CLUSTER, size)];
      const inside = stored.reduce(
        (sum, [a, b]) => sum + Math.max(0, Math.min(b, until) - Math.max(a, start)),
        0,
      );
      counts[cell * 6 + (inside === until - start ? 0 : inside > 0 ? 1 : 2)] += 1;
    }
  }
  return counts;
}

test("clusters are counted as one by one", () => {
  const size = 20 * CLUSTER + 512;
  const stored = [
    [512, 1024],
    [2048, CLUSTER],
    [2 * CLUSTER, 5 * CLUSTER + 512],
    [5 * CLUSTER + 1024, 6 * CLUSTER],
    [9 * CLUSTER + 512, 12 * CLUSTER - 512],
    [19 * CLUSTER, size],
  ];
  for (const [from, to, cells] of [
    [0, 21, 1],
    [0, 21, 7],
    [0, 21, 50],
    [3, 11, 3],
    [5, 6, 2],
    [20, 21, 1],
  ]) {
    const what = { size, from, to, cells };
    assert.deepEqual(counted(stored, what), oneByOne(stored, what), JSON.stringify(what));
  }
});
