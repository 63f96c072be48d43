// How much a browser has to fetch.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { page } from "../../www/build/build.mjs";

/** Files of the page that a browser fetches, with their sizes gzipped. */
const files = readdirSync(page, { recursive: true })
  .filter((name) => statSync(join(page, name)).isFile() && !name.endsWith(".d.ts"))
  .map((name) => ({ name, bytes: gzipSync(readFileSync(join(page, name)), { level: 9 }).length }));

function within(limit, counted) {
  const bytes = counted.reduce((sum, file) => sum + file.bytes, 0);
  const lines = counted.map((file) => `${String(file.bytes).padStart(8)} ${file.name}`);
  assert.ok(counted.length > 0, "nothing was counted");
  assert.ok(bytes <= limit, `${bytes} bytes are more than ${limit}:\n${lines.join("\n")}`);
}

const isCore = ({ name }) => name.endsWith(".wasm");

test("the core, with all decoders, is at most 250 KB gzipped", () => {
  within(250_000, files.filter(isCore));
});

test("all else of the page is at most 64 KB gzipped", () => {
  within(
    64_000,
    files.filter((file) => !isCore(file)),
  );
});
