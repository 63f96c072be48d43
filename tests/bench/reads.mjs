// "node reads.mjs FILE READS": checks an archive with the page's own wasm,
// under Node, then reads 4 KiB of its disks at random places. Prints, as JSON,
// the seconds of each read, the bytes of wasm memory at the end, which never
// shrinks, the bytes that are kept for the next visit, and the seconds that the
// next one takes to come to the last 4 KiB. The bench runs it as a process of its
// own for each container.

import { closeSync, openSync, readFileSync } from "node:fs";
import { argv } from "node:process";
import { initSync, Archive } from "../../target/modules/core/vma_inspector.js";
import { FileDescriptorSource } from "../../target/modules/worker/source/node-source.js";

const READ = 4096;
const REOPENED = 5;
const core = new URL("../../target/modules/core/vma_inspector_bg.wasm", import.meta.url);

const [path, count] = [argv[2], Number(argv[3])];
const { memory } = initSync({ module: readFileSync(core) });
const file = openSync(path, "r");
const archive = Archive.open(new FileDescriptorSource(file));
while (!archive.scanStep().done);
const disks = archive.overview().devices.map(({ id }) => ({ id, size: archive.imageSize(id) }));
const seconds = [];
for (const random of numbers(count)) {
  const { id, size } = disks[random % disks.length];
  const offset = (random % Math.floor(size / READ)) * READ;
  const started = performance.now();
  archive.imageRead(id, offset, READ);
  seconds.push((performance.now() - started) / 1000);
}
const kept = archive.scanToKeep();
archive.free();
const reopened = Array.from({ length: REOPENED }, () => reopen(kept));
closeSync(file);
const [memoryBytes, keptBytes] = [memory.buffer.byteLength, kept.length];
console.log(JSON.stringify({ seconds, memory: memoryBytes, kept: keptBytes, reopened }));

/** Opens the archive with what was kept of it, and reads the end of its last disk. */
function reopen(kept) {
  const started = performance.now();
  const archive = Archive.open(new FileDescriptorSource(file));
  if (!archive.takeKeptScan(kept)) throw new Error("What was kept does not fit.");
  archive.scanStep();
  const { id } = archive.overview().devices.at(-1);
  archive.imageRead(id, archive.imageSize(id) - READ, READ);
  archive.free();
  return (performance.now() - started) / 1000;
}

/** As many numbers below 2^32, the same ones each time (xorshift32). */
function* numbers(count) {
  let state = 2463534242;
  for (let index = 0; index < count; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}
