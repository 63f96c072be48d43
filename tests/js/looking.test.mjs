// What is looked at byte by byte, as the Worker reads it: beside the file's own bytes, what
// other programs unpack, and what Proxmox's own program says of the disks.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, ftruncateSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
import { root } from "../../www/build/tools.mjs";
import { factsOf } from "../../www/worker/looking/facts.js";
import { find } from "../../www/worker/looking/find.js";
import { partOf, PART_MAX } from "../../www/worker/looking/part.js";
import { FileDescriptorSource } from "../../www/worker/source/node-source.js";
import { makeArchive, makeFile, qemuServerConf } from "../browser/support/archives.mjs";

const { Archive, initSync } = await import(pathToFileURL(join(modules, "core/vma_inspector.js")));
initSync({ module: readFileSync(join(modules, "core/vma_inspector_bg.wasm")) });

const CLUSTER = 65_536;
const GIB = 2 ** 30;
const go = async () => {};
const golden = (name) => join(root, "tests/fixtures", name);

/** A source that counts what is read of it. */
class Counting extends FileDescriptorSource {
  bytes = 0;
  reads = 0;
  read(offset, length) {
    const read = super.read(offset, length);
    this.bytes += read.length;
    this.reads += 1;
    return read;
  }
}

/** Opens a file, scans it unless told otherwise, and gives it to `work`. */
async function opened(path, work, isScanned = true) {
  const descriptor = openSync(path, "r");
  try {
    const source = new Counting(descriptor);
    const archive = Archive.open(source);
    while (isScanned && !archive.scanStep().done);
    const compressed = archive.overview().container !== "plain";
    source.bytes = 0;
    source.reads = 0;
    await work({ archive, source, compressed });
    archive.free();
  } finally {
    closeSync(descriptor);
  }
}

/** All of it, part by part. */
async function allOf(looked, of) {
  const parts = [];
  for (let at = 0, size = Infinity; at < size;) {
    const part = await partOf(looked, of, at, PART_MAX, go);
    assert.ok(part.isWhole && part.bytes.length > 0, `nothing at ${at}`);
    const told = part.stretches.reduce((sum, { length }) => sum + length, 0);
    assert.equal(told, part.bytes.length);
    parts.push(part);
    size = part.size;
    at += part.bytes.length;
  }
  return parts;
}

const bytesOf = (parts) => Buffer.concat(parts.map(({ bytes }) => bytes));
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

const packed = [
  ["c-configs.vma.zst", ["zstd", "-dc"]],
  ["c-configs.vma.gz", ["gzip", "-dc"]],
  ["c-configs.vma.lzo", ["lzop", "-dc"]],
];

for (const [name, [program, ...options]] of packed) {
  test(`${name} is shown as it is, and unpacked as ${program} does`, async () => {
    const unpacked = execFileSync(program, [...options, golden(name)], { maxBuffer: 1 << 26 });
    await opened(golden(name), async (looked) => {
      const file = await allOf(looked, "file");
      assert.ok(bytesOf(file).equals(readFileSync(golden(name))));
      assert.ok(bytesOf(await allOf(looked, "archive")).equals(unpacked));
    });
  });
}

const truth = JSON.parse(readFileSync(golden("truth.json"), "utf8"));

for (const name of ["c-configs.vma", "d-zero.vma", "c-configs.vma.zst"]) {
  test(`the disks of ${name} are those that Proxmox's program extracts`, async () => {
    const { devices } = truth[name.replace(/\.zst$/, "")];
    assert.ok(devices.length > 0);
    await opened(golden(name), async (looked) => {
      for (const { id, size, sha256: expected } of devices) {
        const parts = await allOf(looked, id);
        assert.equal(bytesOf(parts).length, size);
        assert.equal(sha256(bytesOf(parts)), expected);
        const kinds = new Set(parts.flatMap(({ stretches }) => stretches.map(({ kind }) => kind)));
        assert.ok([...kinds].every((kind) => kind === "stored" || kind === "zero"));
      }
    });
  });
}

test("bytes that the index says are zeros are told from stored ones, which stand in the file", async () => {
  const made = makeArchive("looking-mixed.vma", "--disk", "drive-scsi0:8M:mixed:5");
  const file = readFileSync(made.path);
  const seen = { stored: 0, zero: 0 };
  await opened(made.path, async (looked) => {
    const parts = await allOf(looked, 1);
    assert.equal(sha256(bytesOf(parts)), made.disks[0].sha256);
    for (const { bytes, stretches } of parts) {
      let at = 0;
      for (const { length, kind, place } of stretches) {
        const here = Buffer.from(bytes.subarray(at, at + length));
        if (kind === "zero") assert.ok(here.every((byte) => byte === 0) && place === null);
        else assert.ok(file.subarray(place, place + length).equals(here), `at ${place}`);
        seen[kind] += length;
        at += length;
      }
    }
  });
  assert.ok(seen.stored > 0 && seen.zero > 0, JSON.stringify(seen));
});

const holed = makeArchive(
  "looking-holed.vma",
  ...["--slots", "2", "--disk", "drive-scsi0:2M:dense:3"],
  ...["--leave-out", "1:16", "--leave-out", "1:17"],
);

test("lost bytes are told as such, and before the scan as not yet known", async () => {
  const [from, to] = [16 * CLUSTER, 18 * CLUSTER];
  await opened(holed.path, async (looked) => {
    const { stretches } = await partOf(looked, 1, from, PART_MAX, go);
    assert.deepEqual(stretches, [{ length: PART_MAX, kind: "lost", place: null }]);
    const edge = await partOf(looked, 1, to - 16, 32, go);
    const [lost, there] = edge.stretches;
    assert.deepEqual([lost.kind, lost.length], ["lost", 16]);
    assert.notEqual(there.kind, "lost");
    const file = readFileSync(holed.path);
    assert.ok(file.subarray(there.place, there.place + 16).equals(edge.bytes.subarray(16)));
    // Somewhere before the loss an extent is cut short: nothing proves where.
    const before = await partOf(looked, 1, from - 16, 16, go);
    assert.deepEqual(
      before.stretches.map(({ kind }) => kind),
      ["doubt"],
    );
    const { kind, place, extent } = await factsOf(looked, 1, from, go);
    assert.deepEqual({ kind, place, extent }, { kind: "lost", place: null, extent: null });
  });
  const unscanned = async (looked) => {
    const { stretches } = await partOf(looked, 1, 0, 4096, go);
    assert.deepEqual(stretches, [{ length: 4096, kind: "unknown", place: null }]);
  };
  await opened(holed.path, unscanned, false);
});

const conf = qemuServerConf("drive-scsi0");
const facts = makeArchive(
  "looking-facts.vma",
  ...["--disk", "drive-scsi0:8M:mixed:7", "--disk", "drive-efidisk0:540672:dense:2"],
  ...["--config", `qemu-server.conf=${makeFile("looking.conf", conf)}`, "--interleave", "3"],
);

/** Slots of an extent header as the specification lays them out, with their blocks. */
function blocksOf(file, start) {
  const blocks = [];
  for (let slot = 0; slot < 59; slot += 1) {
    const at = start + 40 + slot * 8;
    const [mask, deviceId] = [file.readUInt16BE(at), file[at + 3]];
    if (deviceId === 0) continue;
    for (let block = 0; block < 16; block += 1) {
      if ((mask >> block) & 1) {
        blocks.push({ deviceId, slot, cluster: file.readUInt32BE(at + 4), block });
      }
    }
  }
  return blocks;
}

test("every block of an extent is told with its slot, cluster and disk", async () => {
  const file = readFileSync(facts.path);
  await opened(facts.path, async (looked) => {
    for (const start of facts.offsets) {
      const blocks = blocksOf(file, start);
      assert.equal(blocks.length, file.readUInt16BE(start + 6));
      const size = 512 + blocks.length * 4096;
      for (const [at, stored] of blocks.entries()) {
        const offset = start + 512 + at * 4096 + ((at * 97) % 4096);
        const told = await factsOf(looked, "archive", offset, go);
        assert.deepEqual(told.stored, stored, `at ${offset}`);
        assert.deepEqual(told.extent, { start, size });
        assert.deepEqual([told.field, told.place, told.kind], [null, offset, "stored"]);
        // The same byte from the side of the disk.
        const { deviceId, cluster, block } = stored;
        const onDisk = cluster * CLUSTER + block * 4096 + ((at * 97) % 4096);
        if (onDisk >= looked.archive.imageSize(deviceId)) continue;
        const fromDisk = await factsOf(looked, deviceId, onDisk, go);
        assert.deepEqual(fromDisk, told);
      }
    }
  });
});

test("every field of the headers is named, with its place", async () => {
  const file = readFileSync(facts.path);
  const [start] = facts.offsets;
  const pointer = file.readUInt32BE(4096 + 32);
  const blobs = file.readUInt32BE(48);
  const name = blobs + pointer;
  const length = file.readUInt16LE(name);
  const wanted = [
    [0, "magic", 0, 4, null],
    [31, "ctime", 24, 8, null],
    [47, "md5sum", 32, 16, null],
    [2044 + 4 * 255, "config-name", 2044 + 4 * 255, 4, 255],
    [3068, "config-data", 3068, 4, 0],
    [4096 + 32 + 9, "device-size", 4096 + 32 + 8, 8, 1],
    [blobs, "blob-unused", blobs, 1, null],
    [name + 1, "blob-length", name, 2, null],
    [name + 2, "device-name-blob", name + 2, length, 1],
    [start + 3, "extent-magic", start, 4, null],
    [start + 7, "block-count", start + 6, 2, null],
    [start + 43, "slot-device", start + 43, 1, 0],
    [start + 511, "slot-cluster", start + 508, 4, 58],
  ];
  assert.equal(file.toString("latin1", name + 2, name + 2 + length), "drive-scsi0\0");
  await opened(facts.path, async (looked) => {
    for (const [offset, code, from, bytes, number] of wanted) {
      const { field, stored } = await factsOf(looked, "file", offset, go);
      const told = field && [field.code, field.start, field.length, field.number];
      assert.deepEqual(told, [code, from, bytes, number], `at ${offset}`);
      assert.equal(stored, null);
    }
    // Each byte of the header has a field, and lies in it.
    for (let at = 0; at < facts.headerSize; at += 1) {
      const field = looked.archive.headerField(at);
      assert.ok(field && field.start <= at && at < field.start + field.length, `at ${at}`);
    }
    assert.equal(looked.archive.headerField(facts.headerSize), undefined);
  });
});

/** Searches as the page does. */
const sought = (looked, of, needle, from, { backwards = false, folded = false } = {}) =>
  find(looked, { of, needle: new Uint8Array(needle), folded, from, backwards }, () => {}, go);

test("bytes are found where Node finds them, forward and back", async () => {
  const file = readFileSync(facts.path);
  await opened(facts.path, async (looked) => {
    const needle = Buffer.from("VMAE");
    const all = [];
    for (let at = file.indexOf(needle); at >= 0; at = file.indexOf(needle, at + 1)) all.push(at);
    assert.deepEqual(all, facts.offsets);
    let at = -1;
    for (const expected of [...all, null]) {
      const found = await sought(looked, "file", needle, at + 1);
      assert.equal(found, expected);
      at = found ?? at;
    }
    at = file.length;
    for (const expected of [...all.reverse(), null]) {
      const found = await sought(looked, "file", needle, at, { backwards: true });
      assert.equal(found, expected);
      at = found ?? at;
    }
    const folded = await sought(looked, "file", Buffer.from("vmae"), 0, { folded: true });
    assert.equal(folded, facts.offsets[0]);
    assert.equal(await sought(looked, "file", Buffer.from("vmae"), 0), null);
  });
});

test("what lies across the parts that are read is found too", async () => {
  const made = makeArchive("looking-dense.vma", "--disk", "drive-scsi0:3M:dense:9");
  const file = readFileSync(made.path);
  await opened(made.path, async (looked) => {
    const disk = bytesOf(await allOf(looked, 1));
    for (const at of [
      PART_MAX - 3,
      8 * PART_MAX - 1,
      8 * PART_MAX,
      16 * PART_MAX - 8,
      disk.length - 8,
    ]) {
      const needle = disk.subarray(at, at + 8);
      assert.equal(await sought(looked, 1, needle, 0), disk.indexOf(needle));
      const back = await sought(looked, 1, needle, disk.length, { backwards: true });
      assert.equal(back, disk.lastIndexOf(needle));
      assert.equal(
        await sought(looked, "file", file.subarray(at, at + 8), 0),
        file.indexOf(file.subarray(at, at + 8)),
      );
    }
  });
});

test("nothing is found across bytes that are lost", async () => {
  await opened(holed.path, async (looked) => {
    const before = await partOf(looked, 1, 16 * CLUSTER - 4, 4, go);
    // As if what is lost were zeros.
    const needle = Buffer.concat([before.bytes, Buffer.alloc(4)]);
    assert.equal(await sought(looked, 1, needle, 0), null);
    assert.equal(await sought(looked, 1, needle, 2 << 20, { backwards: true }), null);
    assert.equal(await sought(looked, 1, before.bytes, 0), 16 * CLUSTER - 4);
  });
});

test("at 400 GiB of a file a look and what a byte is take few reads", async () => {
  const made = makeArchive("looking-long.vma", "--disk", "drive-scsi0:1M:dense:1");
  const descriptor = openSync(made.path, "r+");
  ftruncateSync(descriptor, 500 * GIB);
  closeSync(descriptor);
  await opened(
    made.path,
    async (looked) => {
      const part = await partOf(looked, "file", 400 * GIB, 16_384, go);
      assert.deepEqual([part.size, part.bytes.length], [500 * GIB, 16_384]);
      assert.deepEqual([looked.source.reads, looked.source.bytes], [1, 16_384]);
      const { extent } = await factsOf(looked, "file", 400 * GIB, go);
      assert.equal(extent, null);
      // As far back as an extent can be long: 59 clusters and its header.
      const most = 16 * (256 * 1024 + 511);
      assert.ok(looked.source.bytes - 16_384 <= most, `${looked.source.bytes} bytes`);
    },
    false,
  );
});

test("a search passes what the index says is zeros without reading", async () => {
  const made = makeArchive("looking-zeros.vma", "--no-sha", "--disk", "drive-scsi0:32G:zero:1");
  await opened(made.path, async (looked) => {
    assert.equal(await sought(looked, 1, Buffer.from("none"), 0), null);
    assert.equal(await sought(looked, 1, Buffer.from("none"), 32 * GIB, { backwards: true }), null);
    assert.deepEqual([looked.source.reads, looked.source.bytes], [0, 0]);
    // Zeros are there all the same.
    assert.equal(await sought(looked, 1, Buffer.alloc(8), 5 * GIB), 5 * GIB);
  });
});

test("a search is stepped, tells how far it is, and can be given up", async () => {
  const made = makeArchive("looking-far.vma", "--disk", "drive-scsi0:16M:dense:2");
  await opened(made.path, async (looked) => {
    let steps = 0;
    const stop = async () => {
      steps += 1;
      if (steps === 3) throw new Error("given up");
    };
    const wanted = {
      of: 1,
      needle: new Uint8Array(64).fill(0xa5),
      folded: false,
      from: 0,
      backwards: false,
    };
    await assert.rejects(
      find(looked, wanted, () => {}, stop),
      /given up/,
    );
    // A step reads 512 KiB of the disk.
    assert.ok(looked.source.bytes <= 3 * (8 * PART_MAX + 64) + 64 * 1024, `${looked.source.bytes}`);
  });
});
