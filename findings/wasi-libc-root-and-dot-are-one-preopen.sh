#!/usr/bin/env bash
# Two folders that are handed to a WASI program, one as "/" and one as ".".
#
# A host that wants a command to work as it does natively gives it the root and the folder
# that it is run in, under these names: one would guess that absolute paths go to the one and
# relative paths to the other. They do not. wasi-libc, which Rust's standard library for
# wasm32-wasip1 is built on, drops leading "/" and "./" of the names of preopened folders and
# of the paths that are looked up before it compares them. So both folders have the empty
# name, and one of them takes all paths: the one that was handed over last. Absolute paths are
# then looked up in the folder that the program runs in, or relative ones in the root, and the
# error is a plain "No such file or directory". Any other name does what it says: with "." and
# each folder at the top by its name ("/tmp", "/home" ...) both kinds of path work.
#
# Seen with rustc 1.95.0 (wasm32-wasip1), run by Node 20.20.2 (node:wasi, uvwasi) and by
# @bjorn3/browser_wasi_shim 0.4.2, which has no code in common with it.
# Needs "rustc" with that target, Node 20 and npm.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir root here
echo "in the root" > root/a
echo "here" > here/b
cat > look.rs <<'END'
fn main() {
    for path in std::env::args().skip(1) {
        match std::fs::read_to_string(&path) {
            Ok(text) => println!("{path}: {}", text.trim()),
            Err(error) => println!("{path}: {:?}", error.kind()),
        }
    }
}
END
rustc --edition 2021 -C opt-level=s --target wasm32-wasip1 -o look.wasm look.rs
npm install --silent --no-save @bjorn3/browser_wasi_shim@0.4.2 >/dev/null

cat > node.mjs <<'END'
import { readFileSync } from "node:fs";
process.removeAllListeners("warning");
const { WASI } = await import("node:wasi");
const preopens = JSON.parse(process.argv[2]);
const wasi = new WASI({ version: "preview1", args: ["look", ...process.argv.slice(3)], preopens, returnOnExit: true });
const { instance } = await WebAssembly.instantiate(readFileSync("look.wasm"), wasi.getImportObject());
wasi.start(instance);
END
cat > shim.mjs <<'END'
import { readFileSync } from "node:fs";
import { ConsoleStdout, File, OpenFile, PreopenDirectory, WASI } from "@bjorn3/browser_wasi_shim";
const bytes = (text) => new TextEncoder().encode(text);
const folders = { root: [["a", new File(bytes("in the root"))]], here: [["b", new File(bytes("here"))]] };
const preopens = Object.entries(JSON.parse(process.argv[2]));
const files = [
  new OpenFile(new File([])),
  ConsoleStdout.lineBuffered((line) => console.log(line)),
  ConsoleStdout.lineBuffered((line) => console.log(line)),
  ...preopens.map(([name, from]) => new PreopenDirectory(name, folders[from])),
];
const wasi = new WASI(["look", ...process.argv.slice(3)], [], files);
const module = await WebAssembly.compile(readFileSync("look.wasm"));
wasi.start(await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport }));
END

# The shim tells of what it does as well, in lines that begin with "wasi:".
expect() {
  local got
  got=$(node "$1" "$2" "$3" "$4" | grep -v '^wasi:' | paste -sd '|')
  [ "$got" = "$5" ] || { echo "$1 $2: expected $5, found $got"; exit 1; }
  echo "$1 $2: $got"
}
for host in node.mjs shim.mjs; do
  expect $host '{"/":"root",".":"here"}' /a b "/a: NotFound|b: here"
  expect $host '{".":"here","/":"root"}' /a b "/a: in the root|b: NotFound"
  expect $host '{"/top":"root",".":"here"}' /top/a b "/top/a: in the root|b: here"
done
echo "as described"
