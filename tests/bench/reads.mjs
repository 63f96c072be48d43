// "node reads.mjs FILE READS": checks an archive with the page's own wasm,
// under Node, then reads 4 KiB of its disks at random places. Prints, as JSON,
// the seconds of each read and the bytes of wasm memory at the end, which never
// shrinks. The bench runs it as a process of its own for each container.

import { closeSync, openSync, readFileSync } from "node:fs";
import { argv } from "node:process";
import { initSync, Archive } from "../../target/page/core/vma_inspector.js";
import { FileDescriptorSource } from "../../target/page/worker/source/node-source.js";

const READ = 4096;
const core = new URL("../../target/page/core/vma_inspector_bg.wasm", import.meta.url);

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
closeSync(file);
console.log(JSON.stringify({ seconds, memory: memory.buffer.byteLength }));

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
