// How much a browser has to fetch.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { page } from "../../www/build/build.mjs";

const KIB = 1024;

/** What is handed out with the page, and no browser fetches unless somebody asks for it. */
const PAPERS = /\.d\.ts$|^(NOTICES\.txt|sbom\.cdx\.json|SHA256SUMS|_headers)$/;

/** Files of the page that a browser fetches, with their sizes gzipped. */
const files = readdirSync(page, { recursive: true })
  .filter((name) => statSync(join(page, name)).isFile() && !PAPERS.test(name))
  .map((name) => ({ name, bytes: gzipSync(readFileSync(join(page, name)), { level: 9 }).length }));

function within(limit, counted) {
  const bytes = counted.reduce((sum, file) => sum + file.bytes, 0);
  const lines = counted.map((file) => `${String(file.bytes).padStart(8)} ${file.name}`);
  assert.ok(counted.length > 0, "nothing was counted");
  assert.ok(bytes <= limit, `${bytes} bytes are more than ${limit}:\n${lines.join("\n")}`);
}

test("the core is at most 424 KiB gzipped", () => {
  within(
    424 * KIB,
    files.filter(({ name }) => name.endsWith(".wasm")),
  );
});

test("the whole page is at most 576 KiB gzipped", () => {
  within(576 * KIB, files);
});
