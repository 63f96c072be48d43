// Threads that unpack ahead of the core, with the modules as the page has them: however many
// there are, the same comes of an archive.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { modules } from "../../www/build/build.mjs";
import { root } from "../../www/build/tools.mjs";
import { makeArchive } from "../browser/support/archives.mjs";
import { Archive, backup } from "./both-modules.mjs";
import { Bytes } from "./bytes.mjs";

const file = (path) => pathToFileURL(join(modules, path)).href;
const { Hands, PLACES } = await import(file("worker/ahead/hands.js"));
const { memoryOf, STATE, Table } = await import(file("worker/ahead/table.js"));

const module = new WebAssembly.Module(
  readFileSync(join(modules, "core/vma_inspector_ahead_bg.wasm")),
);
/** Tasks that were done by threads. */
const done = new Int32Array(new SharedArrayBuffer(4));

/** A thread that works on what is put there. */
async function threadFor(memory, places) {
  const workerData = {
    core: file("core/vma_inspector_ahead.js"),
    table: file("worker/ahead/table.js"),
    work: file("worker/ahead/work.js"),
    ...{ module, memory, places, done },
  };
  const thread = new Worker(new URL("hand-thread.mjs", import.meta.url), { workerData });
  await once(thread, "message");
  return thread;
}

/** So many threads for an archive, which has them from now on. */
async function handsFor(archive, count) {
  const hands = new Hands(count, PLACES[archive.overview().container]);
  const threads = [];
  const port = {
    postMessage: ({ memory, places }) => threads.push(threadFor(memory, places)),
  };
  for (let each = 0; each < count; each += 1) hands.join(port, module);
  await Promise.all(threads);
  archive.workAhead(hands);
  return hands;
}

/** The SHA-256 of a disk, what is lost of it told by zeros; or why there is none. */
function diskOf(archive, id) {
  const hash = createHash("sha256");
  try {
    const exporting = backup(archive).exportDisk(id, "raw", true, false, "as-it-is");
    for (let goesOn = true; goesOn;) {
      while (!exporting.approach());
      goesOn = exporting.step();
      hash.update(exporting.take((length) => new Uint8Array(length)));
    }
    exporting.free();
  } catch (error) {
    if (error.name !== "VmaError") throw error;
    return error.code;
  }
  return hash.digest("hex");
}

/** All that is told of an archive, and what there is to be kept of its scan. */
async function told(bytes, count) {
  let archive;
  try {
    archive = Archive.open(new Bytes(bytes));
  } catch (error) {
    if (error.name !== "VmaError") throw error;
    return { refused: error.code };
  }
  const hands = await handsFor(archive, count);
  while (!archive.scanStep().done);
  const report = archive.report();
  const findings = report.findings.map(({ code, listed }) => archive.findings(code, 0, listed));
  const kept = archive.scanToKeep();
  const all = {
    progress: archive.scanStep(),
    report,
    findings,
    kept: kept && createHash("sha256").update(kept).digest("hex"),
    disks: report.devices.map(({ id }) => diskOf(archive, id)),
  };
  hands.end();
  archive.free();
  return all;
}

async function assertAlike(bytes, about) {
  const alone = await told(bytes, 0);
  for (const count of [1, 2, 5]) {
    assert.deepEqual(await told(bytes, count), alone, `${about}: ${count} threads`);
  }
  return alone;
}

const made = makeArchive("ahead.vma", "--disk", "drive-scsi0:6M:mixed:8");
const packed = (program, ...options) =>
  execFileSync(program, [...options, "-c", made.path], { maxBuffer: 1 << 28 });
const PACKED = [
  packed("lzop"),
  packed("lzop", "-9", "--crc32"),
  packed("lzop", "-F"),
  packed("bzip2", "-9"),
  packed("bzip2", "-1"),
];

after(() => assert.ok(done[0] > 0, "threads have done something"));

test("threads unpack blocks of each container that can be unpacked so", async () => {
  for (const container of Object.keys(PLACES)) {
    const before = done[0];
    for (const bytes of PACKED) {
      const archive = Archive.open(new Bytes(bytes));
      const isThat = archive.overview().container === container;
      const hands = isThat ? await handsFor(archive, 2) : null;
      while (hands && !archive.scanStep().done);
      hands?.end();
      archive.free();
    }
    assert.ok(done[0] > before, container);
  }
});

test("a thread does what waits, and says what came of it", async () => {
  const memory = memoryOf(4, 1 << 20);
  const table = new Table(memory, 4);
  const thread = await threadFor(memory, 4);
  // No task of any kind: nothing comes of it.
  for (const place of [0, 2]) {
    table.bytes(place, 3).set([1, 2, 99]);
    table.offer(place, 3, place);
  }
  for (const place of [0, 2]) {
    for (let state = table.state(place); state !== STATE.DONE; state = table.state(place)) {
      table.wait(place, state, 1000);
    }
    assert.equal(table.length(place), 0);
    assert.ok(table.change(place, STATE.DONE, STATE.FREE));
  }
  table.end();
  await once(thread, "exit");
  assert.equal(table.free(), 0);
});

test("a sound archive is the same by any number of threads", async () => {
  for (const bytes of PACKED) {
    const { disks, findings } = await assertAlike(bytes, "sound");
    assert.deepEqual(disks, [made.disks[0].sha256]);
    assert.deepEqual(findings, []);
  }
});

test("a damaged archive is the same by any number of threads", async () => {
  let refused = 0;
  for (let seed = 1; seed <= 16; seed += 1) {
    const bytes = Buffer.from(PACKED[seed % PACKED.length]);
    const at = Math.floor((bytes.length * seed) / 17);
    const length = 1 + ((seed * 977) % 3000);
    const ways = [
      () => bytes.fill(0, at, at + length),
      () => (bytes[at] ^= 1 << (seed % 8)),
      () => bytes.copyWithin(at, at + length),
    ];
    ways[seed % ways.length]();
    const all = await assertAlike(bytes, `seed ${seed}`);
    refused += all.refused ? 1 : 0;
  }
  assert.ok(refused < 3);
});

test("what Proxmox's own program wrote is the same by any number of threads", async () => {
  const bytes = readFileSync(join(root, "tests/fixtures/c-configs.vma.lzo"));
  const { refused } = await assertAlike(bytes, "c-configs");
  assert.equal(refused, undefined);
});
