// The page of one file: what stands in it, and what it could ask for, which is nothing.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { modules, page } from "../../www/build/build.mjs";
import { writeOneFile } from "../../www/build/one-file.mjs";
import { ONE_FILE } from "../../www/build/page-files.mjs";

const html = readFileSync(join(page, ONE_FILE), "utf8");
const hashOf = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const policy = new Map(
  /http-equiv="Content-Security-Policy" content="([^"]+)"/
    .exec(html)[1]
    .split("; ")
    .map((each) => [each.split(" ")[0], each.split(" ").slice(1)]),
);

test("it is the same whenever it is built, and its hash stands beside it", async () => {
  const copy = mkdtempSync(join(tmpdir(), "vma-inspector-one-"));
  try {
    cpSync(page, copy, { recursive: true });
    rmSync(join(copy, ONE_FILE));
    const told = await writeOneFile(modules, copy);
    assert.equal(readFileSync(join(copy, ONE_FILE), "utf8"), html);
    const [hash] = readFileSync(join(copy, `${ONE_FILE}.sha256`), "utf8").split(" ");
    assert.ok(told.endsWith(`SHA-256 ${hash}`), told);
  } finally {
    rmSync(copy, { recursive: true });
  }
  execFileSync("sha256sum", ["--check", "--strict", "--quiet", `${ONE_FILE}.sha256`], {
    cwd: page,
  });
});

test("its policy lets nothing connect, and names what runs by its hash", () => {
  const [, style] = /<style>([^]*?)<\/style>/.exec(html);
  const scripts = [...html.matchAll(/<script(?: type="module")?>([^]*?)<\/script>/g)];
  assert.equal(scripts.length, 1);
  assert.deepEqual(policy.get("default-src"), ["'none'"]);
  assert.deepEqual(policy.get("connect-src"), ["'none'"]);
  assert.deepEqual(policy.get("script-src"), [hashOf(scripts[0][1]), "'wasm-unsafe-eval'"]);
  assert.deepEqual(policy.get("style-src"), [hashOf(style)]);
  assert.deepEqual(policy.get("worker-src"), ["blob:"]);
  assert.deepEqual(policy.get("img-src"), ["data:"]);
  assert.deepEqual(policy.get("require-trusted-types-for"), ["'script'"]);
  assert.deepEqual(
    ["base-uri", "form-action"].map((name) => policy.get(name)),
    [["'none'"], ["'none'"]],
  );
});

test("its document names no file and no address", () => {
  const markup = html
    .replace(/<style>[^]*?<\/style>/g, "")
    .replace(/(<script[^>]*>)[^]*?<\/script>/g, "$1");
  const named = [...markup.matchAll(/\b(?:src|href|srcset|action|data|poster)="([^"]*)"/g)]
    .map(([, name]) => name)
    .filter((name) => !/^(#|data:image\/svg\+xml;base64,)/.test(name));
  // A link to the licences, which is answered from what is in the file.
  assert.deepEqual(named, ["NOTICES.txt"]);
  assert.doesNotMatch(/<style>([^]*?)<\/style>/.exec(html)[1], /url\(|@import/);
  assert.doesNotMatch(html, /import\.meta|\bimport\(/);
});

test("each file in it is that of the page, byte for byte", () => {
  const packed = [
    ...html.matchAll(/<script type="text\/plain" id="([^"]+)" data-of="\w+">(.*)<\//g),
  ];
  const names = packed.map(([, name]) => name);
  assert.ok(names.includes("core/vma_inspector_bg.wasm") && names.includes("NOTICES.txt"));
  for (const [, name, base64] of packed) {
    const bytes = gunzipSync(Buffer.from(base64, "base64"));
    assert.ok(bytes.equals(readFileSync(join(page, name))), name);
  }
});
