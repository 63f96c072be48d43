#!/usr/bin/env node
// The program for a terminal, in Node: `npx vma-inspector verify FILE`. It is the native one
// compiled to wasm; what it asks the system for, Node's WASI gives it.

import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";

/**
 * Folders that can be named. One for `/` and one for where this is run cannot both be given
 * (Node 20 takes either for the other), so it is each folder at the top.
 */
function folders() {
  const top = readdirSync("/", { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return Object.fromEntries(
    [".", ...top.map(({ name }) => `/${name}`)].map((name) => [name, name]),
  );
}

// That this part of Node may still change is said to whoever runs it, but not here.
process.removeAllListeners("warning");
const { WASI } = await import("node:wasi");
const wasi = new WASI({
  version: "preview1",
  args: ["vma-inspector", ...process.argv.slice(2)],
  env: process.env,
  preopens: folders(),
  returnOnExit: true,
});
const wasm = readFileSync(new URL("../terminal/vma-inspector.wasm", import.meta.url));
const { instance } = await WebAssembly.instantiate(wasm, wasi.getImportObject());
process.exitCode = wasi.start(instance);
