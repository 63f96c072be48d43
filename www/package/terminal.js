#!/usr/bin/env node
// The program for a terminal, in Node: `npx vma-inspector verify FILE`. It is the native one
// compiled to wasm; what it asks the system for, Node's WASI gives it.

import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import process from "node:process";

/**
 * Folders that can be named. Not `/` and where this is run: to the wasi-libc in the program
 * both are one, and paths of one kind would be looked up in the wrong one. So it is each
 * folder at the top.
 */
function folders() {
  const top = readdirSync("/").map((name) => `/${name}`);
  return Object.fromEntries([".", ...top.filter(canBeOpened)].map((name) => [name, name]));
}

/**
 * Whether it is a folder, or leads to one, that may be read: another ends it all.
 * @param {string} path
 */
function canBeOpened(path) {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * A word of the command line as the program can follow it: no path leads out of a folder
 * above, by `..` or by a link. What is no path of this computer stays as it is.
 * @param {string} word
 */
function followed(word) {
  if (word.startsWith("-")) return word;
  // As the system takes it: `scsi0:2:/etc/..` is no path unless there is a folder `scsi0:2:`.
  const [there, rest] = existsSync(word) ? [word, ""] : [dirname(word), basename(word)];
  if (!existsSync(there) || (rest !== "" && !word.includes("/"))) return word;
  const real = join(realpathSync(there), rest);
  return real === resolve(word) && !word.split("/").includes("..") ? word : real;
}

// That this part of Node may still change is said to whoever runs it, but not here.
process.removeAllListeners("warning");
const { WASI } = await import("node:wasi");
const wasi = new WASI({
  version: "preview1",
  args: ["vma-inspector", ...process.argv.slice(2).map(followed)],
  env: process.env,
  preopens: folders(),
  returnOnExit: true,
});
const wasm = readFileSync(new URL("../terminal/vma-inspector.wasm", import.meta.url));
const imports = /** @type {WebAssembly.Imports} */ (wasi.getImportObject());
const { instance } = await WebAssembly.instantiate(wasm, imports);
process.exitCode = wasi.start(instance);
