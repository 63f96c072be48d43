// The same wasm and modules as in the page, under Node, over open files.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
import { root } from "../../www/build/tools.mjs";
import { FileDescriptorSource } from "../../www/worker/source/node-source.js";
import { makeArchive, makeFile, qemuServerConf } from "../browser/support/archives.mjs";

const { Archive, initSync } = await import(pathToFileURL(join(modules, "core/vma_inspector.js")));
initSync({ module: readFileSync(join(modules, "core/vma_inspector_bg.wasm")) });

/** Opens an archive, scans it to its end and gives it to `work`. */
function withArchive(path, work) {
  const descriptor = openSync(path, "r");
  try {
    const archive = Archive.open(new FileDescriptorSource(descriptor));
    while (!archive.scanStep().done);
    work(archive);
    archive.free();
  } finally {
    closeSync(descriptor);
  }
}

function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

/** SHA-256 of a whole image, read in pieces of a size that fits nothing. */
function imageSha256(archive, device) {
  const hash = createHash("sha256");
  const size = archive.imageSize(device);
  for (let offset = 0; offset < size;) {
    const bytes = archive.imageRead(device, offset, 1_000_003);
    assert.ok(bytes.length > 0, `nothing at ${offset} of ${size}`);
    hash.update(bytes);
    offset += bytes.length;
  }
  return hash.digest("hex");
}

test("an archive is opened, scanned and read under Node", () => {
  const conf = qemuServerConf("drive-scsi0");
  const made = makeArchive(
    "node.vma",
    ...["--disk", "drive-scsi0:20M:mixed:1", "--id", "9"],
    ...["--disk", "drive-efidisk0:540672:dense:2"],
    ...["--config", `qemu-server.conf=${makeFile("node.conf", conf)}`],
    ...["--interleave", "3", "--holes", "0,17,58"],
  );
  withArchive(made.path, (archive) => {
    const overview = archive.overview();
    assert.equal(overview.headerChecksum.ok, true);
    assert.deepEqual(
      overview.devices
        .map(({ id, name, size }) => ({ id, name, size }))
        .sort((a, b) => a.id - b.id),
      [
        { id: 9, name: "drive-scsi0", size: 20 << 20 },
        { id: 10, name: "drive-efidisk0", size: 540_672 },
      ],
    );
    assert.equal(Buffer.from(archive.config(0)).toString(), conf);
    assert.equal(archive.vmSummary().name, "web-1");
    const report = archive.report();
    assert.deepEqual(report.findings, []);
    assert.equal(report.extents.count, made.extents);
    for (const { id, size, sha256: expected } of made.disks) {
      assert.equal(archive.imageSize(id), size);
      assert.equal(imageSha256(archive, id), expected);
    }
  });
});

/** Seeded numbers below 2^32 (xorshift32). */
function* numbers(seed) {
  for (let state = seed; ;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

/** Where to read, `count` times: forward, backward, then anywhere. */
function* places(size, seed, count) {
  const random = numbers(seed);
  const next = (bound) => random.next().value % bound;
  for (let number = 0, at = 0; number < count; number += 1) {
    const step = next(Math.ceil(size / 50));
    const part = Math.floor((number * 3) / count);
    if (part === 0) at = (at + step) % size;
    else if (part === 1) at = at >= step ? at - step : size - 1;
    else at = next(size);
    yield { at, length: next(3) === 0 ? next(300_000) : next(9_000) };
  }
}

/** Who packs what, and how many reads: bzip2 unpacks 900 KB for almost each. */
const packers = [
  ["zst", 1_500, "zstd", "-q", "--threads=2"],
  ["lzo", 1_500, "lzop"],
  ["gz", 1_500, "gzip", "--rsyncable"],
  ["bz2", 100, "bzip2"],
];

for (const [ending, reads, program, ...options] of packers) {
  test(`any bytes of a disk in a .${ending} are read as from the plain archive`, () => {
    const made = makeArchive(`reads-${ending}.vma`, "--disk", "drive-scsi0:24M:mixed:5");
    const output = execFileSync(program, [...options, "-c", made.path], { maxBuffer: 1 << 28 });
    const [{ id, size }] = made.disks;
    let image;
    withArchive(made.path, (plain) => {
      image = Buffer.concat([0, 1, 2].map((part) => plain.imageRead(id, part << 23, 1 << 23)));
    });
    assert.equal(sha256(image), made.disks[0].sha256);
    withArchive(makeFile(`reads.vma.${ending}`, output), (packed) => {
      for (const { at, length } of places(size, 77, reads)) {
        const bytes = packed.imageRead(id, at, length);
        const expected = image.subarray(at, at + length);
        assert.ok(expected.equals(bytes), `${length} bytes at ${at} (seed 77)`);
      }
    });
  });
}

test("a file that is no archive throws a VmaError with a code", () => {
  const descriptor = openSync(makeFile("no.vma", "Dear reader,\n"), "r");
  assert.throws(() => Archive.open(new FileDescriptorSource(descriptor)), {
    name: "VmaError",
    code: /^[a-z]+(-[a-z]+)*$/,
  });
  closeSync(descriptor);
});

const golden = join(root, "tests/fixtures");

test("golden archives hold what Proxmox's own program says", () => {
  const truth = JSON.parse(readFileSync(join(golden, "truth.json"), "utf8"));
  for (const [name, expected] of Object.entries(truth)) {
    const path = join(golden, name);
    if (!name.endsWith(".vma") || !existsSync(path)) {
      continue;
    }
    withArchive(path, (archive) => {
      const overview = archive.overview();
      assert.equal(overview.uuid, expected.uuid);
      assert.equal(overview.createdAt, expected.ctime);
      assert.equal(overview.headerSize, expected.header_size);
      assert.equal(overview.headerChecksum.computed, expected.header_md5);
      const configs = overview.configs.map(({ index, name, size }) => ({
        name,
        size,
        sha256: sha256(archive.config(index)),
      }));
      assert.deepEqual(configs, expected.configs);
      const devices = overview.devices.map(({ id, name, size }) => ({
        id,
        name,
        size,
        sha256: imageSha256(archive, id),
      }));
      assert.deepEqual(devices, expected.devices);
      assert.equal(archive.report().extents.count, expected.layout.extents);
      assert.equal(archive.report().extents.deviceSwitches, expected.layout.device_switches);
    });
  }
});
