/** The package in browsers: see `index.d.ts`. */
import init from "../core/vma_inspector.js";
import { Backup } from "./backup.js";
import { RandomAccessSource } from "./random-access.js";

/** @type {typeof import("./index.js").open} */
export async function open(source, options = {}) {
  if (typeof source === "string" || source instanceof URL) {
    throw new TypeError("a browser reads no path: give it a File");
  }
  await init();
  if (!(source instanceof Blob)) {
    return new Backup(new RandomAccessSource(source), options, () => {});
  }
  const name = source instanceof File ? { name: source.name } : {};
  return new Backup(ofBlob(source), { ...name, ...options }, () => {});
}

/**
 * The core waits for no promise, and only Workers can read a `Blob` at once.
 * @param {Blob} blob
 * @returns {import("../core/vma_inspector.js").Source}
 */
function ofBlob(blob) {
  if (!("FileReaderSync" in globalThis)) {
    throw new TypeError("a Blob can be read at once in a Worker only: open it there");
  }
  const reader = new FileReaderSync();
  return {
    size: blob.size,
    read: (offset, length) =>
      new Uint8Array(reader.readAsArrayBuffer(blob.slice(offset, offset + length))),
  };
}
