// What the Worker has around it where it is asked for files of a disk, in a thread of Node's.

import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
import { FileDescriptorSource } from "../../www/worker/source/node-source.js";
import { Archive } from "./both-modules.mjs";
import { Buffers } from "../../www/worker/buffers.js";

// The Worker fetches the module from the page's own files.
globalThis.fetch = async (url) => new Response(readFileSync(fileURLToPath(url)));

/** A module of the page, as it is built. */
export const built = (path) => import(pathToFileURL(join(modules, path)));

export const { Volumes } = await built("worker/files/volumes.js");

/** A source as a Worker has it, that counts what is fetched ahead. */
class Source extends FileDescriptorSource {
  prefetched = 0;
  async prefetch(pairs) {
    for (let at = 1; at < pairs.length; at += 2) this.prefetched += pairs[at];
  }
  async readAhead() {}
  endReadAhead() {}
}

const open = [];
after(() => open.forEach(closeSync));

/** An open archive, of which nothing is scanned yet. */
export function openedAt(path) {
  const descriptor = openSync(path, "r");
  open.push(descriptor);
  const source = new Source(descriptor);
  const archive = Archive.open(source);
  const compressed = archive.overview().container !== "plain";
  return { archive, source, compressed, volumes: new Volumes() };
}

/** An open archive, scanned to its end. */
export function holderOf(path) {
  const holder = openedAt(path);
  while (!holder.archive.scanStep().done);
  return holder;
}

/** Who asks, and what they heard. */
export function asker(signal = new AbortController().signal) {
  const told = [];
  let pauses = 0;
  const pause = async () => {
    pauses += 1;
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  };
  const tell = (update) => told.push(update);
  const buffers = new Buffers(16 * 1024 * 1024);
  return { signal, pause, tell, told, pauses: () => pauses, buffers };
}
