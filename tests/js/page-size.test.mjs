// How much a browser has to fetch, and in how many files.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { LATER, page } from "../../www/build/build.mjs";
import { MANIFEST } from "../../www/build/manifest.mjs";
import { firstLoad } from "./first-load.mjs";

const KIB = 1024;

/** What is handed out with the page, and no browser fetches unless somebody asks for it. */
const PAPERS =
  /^(NOTICES\.txt|sbom\.cdx\.json|SHA256SUMS|_headers|vma-inspector\.html(\.sha256)?)$/;

/** Files with their sizes gzipped. */
const sized = (names) =>
  names.map((name) => ({
    name,
    bytes: gzipSync(readFileSync(join(page, name)), { level: 9 }).length,
  }));

const all = readdirSync(page, { recursive: true }).filter(
  (name) => statSync(join(page, name)).isFile() && !PAPERS.test(name),
);
const first = firstLoad(page);

function within(limit, counted) {
  const bytes = counted.reduce((sum, file) => sum + file.bytes, 0);
  const lines = counted.map((file) => `${String(file.bytes).padStart(8)} ${file.name}`);
  assert.ok(counted.length > 0, "nothing was counted");
  assert.ok(bytes <= limit, `${bytes} bytes are more than ${limit}:\n${lines.join("\n")}`);
}

test("what is loaded first is the document, styles, an icon, each thread, sentences and the core", () => {
  const kinds = first.map((name) =>
    name.replace(/-[A-Z0-9]{8}\.js$/, "-….js").replace(/^core\/.*\.wasm$/, "core/….wasm"),
  );
  assert.deepEqual(
    new Set(kinds),
    new Set([
      "index.html",
      "icon.svg",
      "styles/page.css",
      "start.js",
      "main.js",
      // What it has in common with what is loaded later.
      "chunk-….js",
      "catalogue-en-….js",
      "service-worker.js",
      "worker/worker.js",
      "worker/chunk-….js",
      "worker/source/file-stream-worker.js",
      "worker/hashing/hash-worker.js",
      "core/….wasm",
    ]),
  );
});

test("the core that is loaded first is at most 300 KiB gzipped", () => {
  within(300 * KIB, sized(first.filter((name) => name.endsWith(".wasm"))));
});

test("what is loaded first is at most 400 KiB gzipped, with what a browser may read to install it", () => {
  within(400 * KIB, sized([...first, MANIFEST]));
});

test("the module of the core that makes files is at most 140 KiB gzipped", () => {
  within(140 * KIB, sized(all.filter((name) => name.startsWith("core/vma_inspector_export_bg."))));
});

for (const [what, name, kib] of [
  ["tells what is on a disk", "disks", 134],
  ["reads a disk in a file of its own", "disk_file", 60],
  ["reads ext and XFS", "files_unix", 220],
  ["reads btrfs", "files_btrfs", 220],
  ["reads the other file systems", "files_others", 220],
]) {
  test(`the module of the core that ${what} is at most ${kib} KiB gzipped`, () => {
    within(
      kib * KIB,
      sized(all.filter((each) => each.startsWith(`core/vma_inspector_${name}_bg.`))),
    );
  });
}

test("nothing that is loaded first names a sentence of what is loaded later", () => {
  const json = readFileSync(new URL("../../www/words/en.json", import.meta.url), "utf8");
  const keys = Object.keys(JSON.parse(json)).filter((key) => LATER.test(key));
  assert.ok(keys.length > 20, `${keys.length} sentences`);
  for (const name of first.filter((each) => each.endsWith(".js"))) {
    const code = readFileSync(join(page, name), "utf8");
    const named = keys.filter((key) => code.includes(`"${key}"`) || code.includes(`\`${key}\``));
    assert.deepEqual(named, [], name);
  }
});

test("the sentences of a language are in its file alone", () => {
  const { "page.line": line, "opener.title": title } = JSON.parse(
    readFileSync(new URL("../../www/words/en.json", import.meta.url), "utf8"),
  );
  for (const sentence of [line, title]) {
    const having = all.filter((each) => {
      return each.endsWith(".js") && readFileSync(join(page, each), "utf8").includes(sentence);
    });
    assert.deepEqual(
      having,
      first.filter((each) => each.startsWith("catalogue-en-")),
    );
  }
});
