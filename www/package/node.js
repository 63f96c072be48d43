/** The package under Node: see `index.d.ts`. */
import { closeSync, openSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { initSync } from "../core/vma_inspector.js";
import { FileDescriptorSource } from "../worker/source/node-source.js";
import { Backup } from "./backup.js";
import { RandomAccessSource } from "./random-access.js";

const WASM = new URL("../core/vma_inspector_bg.wasm", import.meta.url);
let isLoaded = false;

/** @type {typeof import("./index.js").open} */
export async function open(source, options = {}) {
  if (!isLoaded) initSync({ module: readFileSync(WASM) });
  isLoaded = true;
  if (typeof source !== "string" && !(source instanceof URL)) {
    if (source instanceof Blob) throw new TypeError("Node cannot read a Blob at once: name a path");
    return new Backup(new RandomAccessSource(source), options, () => {});
  }
  const path = typeof source === "string" ? source : fileURLToPath(source);
  const descriptor = openSync(path, "r");
  const file = new FileDescriptorSource(descriptor);
  return new Backup(file, { name: basename(path), ...options }, () => closeSync(descriptor));
}
