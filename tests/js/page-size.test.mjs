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

/** The module that makes files: fetched when the first is to be made. */
const isOnDemand = (name) => name.startsWith("core/vma_inspector_export");

test("the module of the core that is loaded at once is at most 284 KiB gzipped", () => {
  within(
    284 * KIB,
    files.filter(({ name }) => name === "core/vma_inspector_bg.wasm"),
  );
});

test("the one that makes files is at most 140 KiB gzipped", () => {
  within(
    140 * KIB,
    files.filter(({ name }) => name === "core/vma_inspector_export_bg.wasm"),
  );
});

test("the whole page but for that is at most 428 KiB gzipped", () => {
  within(
    428 * KIB,
    files.filter(({ name }) => !isOnDemand(name)),
  );
});
