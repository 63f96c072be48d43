// "node files.mjs ARCHIVE AREA FOLDER FILE": checks an archive with the page's own wasm,
// under Node, then lists the folder of that name, and those in it, in the root of a partition of its first
// disk, as the page asks for it, saves the file of that name, and saves the disk raw. Where
// a name is "-", the root is listed, and no file saved.
// Prints, as JSON, what was counted and the seconds of each, and the bytes of memory of
// all wasm together at the end, which never shrinks.

import { closeSync, openSync, readFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

const memories = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...given) => {
  const made = await instantiate(...given);
  memories.push((made.instance ?? made).exports.memory);
  return made;
};
// What loads a module fetches it from the page's own files.
globalThis.fetch = async (url) => new Response(readFileSync(fileURLToPath(url)));

const { initSync, Archive } = await import("../../target/modules/core/vma_inspector.js");
const { FileDescriptorSource } = await import("../../target/modules/worker/source/node-source.js");
const { lookIntoDisks } = await import("../../target/modules/worker/disk-reader.js");
const { Volumes } = await import("../../target/modules/worker/files/volumes.js");
const { folder, openVolume } = await import("../../target/modules/worker/files/questions.js");
const { Buffers } = await import("../../target/modules/worker/buffers.js");
const { produceFiles } = await import("../../target/modules/worker/saving/files-save.js");

const PIECE = 4 << 20;
const core = new URL("../../target/modules/core/vma_inspector_bg.wasm", import.meta.url);

/** A source as a Worker has it, that counts what is read, but for what was fetched before. */
class Source extends FileDescriptorSource {
  reads = 0;
  bytes = 0;
  fetched = [];
  read(offset, length) {
    const piece = this.fetched.find(
      (piece) => piece.offset <= offset && offset + length <= piece.offset + piece.bytes.length,
    );
    const from = offset - (piece?.offset ?? 0);
    return piece ? piece.bytes.subarray(from, from + length) : this.readNow(offset, length);
  }
  readNow(offset, length) {
    this.reads += 1;
    this.bytes += length;
    return super.read(offset, length);
  }
  async prefetch(pairs) {
    const offsets = [...pairs.keys()].filter((at) => at % 2 === 0);
    this.fetched = offsets.map((at) => {
      const [offset, length] = pairs.subarray(at, at + 2);
      const known = this.fetched.find((piece) => piece.offset === offset);
      return known ?? { offset, bytes: this.readNow(offset, length) };
    });
  }
  async readAhead() {}
  endReadAhead() {}
  take() {
    const { reads, bytes } = this;
    [this.reads, this.bytes] = [0, 0];
    return { reads, bytes };
  }
}

const [path, area, folderName, fileName] = argv.slice(2);
const asker = {
  signal: new AbortController().signal,
  pause: () => new Promise((resolve) => setImmediate(resolve)),
  tell: () => {},
  buffers: new Buffers(16 * 1024 * 1024),
};
memories.push(initSync({ module: readFileSync(core) }).memory);
const file = openSync(path, "r");
const source = new Source(file);
const archive = Archive.open(source);
await lookIntoDisks(archive);
while (!archive.scanStep().done);
const compressed = archive.overview().container !== "plain";
const holder = { archive, source, compressed, volumes: new Volumes() };
const [{ id: deviceId }] = archive.overview().devices;
const volume = { deviceId, area: Number(area), logical: null };
source.take();

/** How long it takes, and what is read of the archive's file. */
async function measured(work) {
  const started = performance.now();
  const counts = await work();
  return { ...counts, seconds: (performance.now() - started) / 1000, ...source.take() };
}

/** All entries of a folder, part by part. */
async function listed(node) {
  const all = [];
  for (let cursor = null; ;) {
    const part = await folder(holder, { volume, node, cursor }, asker);
    if (part.fault || part.leftOut > 0) throw new Error(JSON.stringify(part.fault));
    for (const { name, id, node } of part.entries) all.push({ name, id, type: node.type });
    cursor = part.next;
    if (cursor === null) return all;
  }
}

/** How many entries are in a folder and all that are in it. */
async function counted(node) {
  const waiting = [node];
  let entries = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const all = await listed(next);
    entries += all.length;
    for (const { id, type } of all) if (type === "directory") waiting.push(id);
  }
  return entries;
}

let root = 0n;
let top = [];
const opened = await measured(async () => {
  ({ root } = await openVolume(holder, { volume }, asker));
  top = await listed(root);
  return { entries: top.length };
});
const named = (name) => top.find(({ name: { text } }) => text === name);
const list = await measured(async () => ({
  entries: await counted(folderName === "-" ? root : named(folderName).id),
}));
const save = await measured(async () => {
  if (fileName === "-") return { saved: 0 };
  const { id, name } = named(fileName);
  const chosen = [{ id, path: [name], type: "file" }];
  const what = { kind: "files", volume, chosen, form: "file" };
  const sink = { write: async (_, bytes, giveBack) => giveBack(bytes.buffer) };
  return { saved: (await produceFiles(holder, what, sink, asker)).size };
});
const memory = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);

const raw = await measured(async () => {
  const size = archive.imageSize(deviceId);
  for (let at = 0; at < size; at += PIECE) {
    archive.imageRead(deviceId, at, Math.min(PIECE, size - at), "as-it-is");
  }
  return { saved: size };
});
closeSync(file);
console.log(JSON.stringify({ opened, list, save, raw, memory }));
