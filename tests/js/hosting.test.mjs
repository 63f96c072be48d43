// What hosts are told, and what the Service Worker is told of the page's files.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { test } from "node:test";
import { page } from "../../www/build/build.mjs";
import { HEADERS, POLICY_IN_PAGE, TYPES } from "../../www/build/headers.mjs";
import { writePageFiles } from "../../www/build/page-files.mjs";
import { root } from "../../www/build/tools.mjs";

const read = (folder, name) => readFileSync(join(folder, name), "utf8");

/** What answers, and what is for hosts and readers: it comes from the server alone. */
const NOT_OF_THE_RUNNING_PAGE = [
  "service-worker.js",
  "_headers",
  "NOTICES.txt",
  "sbom.cdx.json",
  "SHA256SUMS",
  "vma-inspector.html",
  "vma-inspector.html.sha256",
];

/** What the built Service Worker knows. */
function told(folder) {
  const [, json] = /^const PAGE = (.*);$/m.exec(read(folder, "service-worker.js"));
  return JSON.parse(json);
}

test("the policy lets nothing out but to the page's own origin, and nothing foreign in", () => {
  const policy = new Map(
    HEADERS["Content-Security-Policy"].split("; ").map((each) => {
      const [name, ...sources] = each.split(" ");
      return [name, sources.join(" ")];
    }),
  );
  assert.equal(policy.get("default-src"), "'none'");
  assert.equal(policy.get("connect-src"), "'self'");
  for (const name of ["base-uri", "form-action", "frame-ancestors"]) {
    assert.equal(policy.get(name), "'none'", name);
  }
  assert.equal(policy.get("require-trusted-types-for"), "'script'");
  const sources = [...policy.values()].join(" ");
  assert.doesNotMatch(sources, /data:|blob:|https?:|\*|unsafe-inline|'unsafe-eval'/);
});

test("index.html and the file for hosts have the policy that our server sends", () => {
  assert.ok(read(page, "index.html").includes(`content="${POLICY_IN_PAGE}"`));
  assert.ok(HEADERS["Content-Security-Policy"].startsWith(POLICY_IN_PAGE));
  const [first, ...lines] = read(page, "_headers").trim().split("\n");
  assert.equal(first, "/*");
  assert.deepEqual(
    Object.fromEntries(
      lines.map((line) =>
        line
          .trim()
          .split(/: (.*)/)
          .slice(0, 2),
      ),
    ),
    HEADERS,
  );
});

test("the paper on hosting has each header for each server that it names", () => {
  const paper = read(root, "www/docs/hosting.md");
  for (const [name, value] of Object.entries(HEADERS)) {
    assert.equal(paper.split(`${name} "${value}"`).length - 1, 3, name);
  }
});

test("the Service Worker knows each file of the page, by its contents", () => {
  const { files, types, headers } = told(page);
  const names = readdirSync(page, { recursive: true })
    .filter((name) => statSync(join(page, name)).isFile())
    .filter((name) => !NOT_OF_THE_RUNNING_PAGE.includes(name))
    // For other programs: the page has them bundled.
    .filter((name) => !/^core\/\w+\.(js|d\.ts)$/.test(name));
  assert.deepEqual(Object.keys(files).sort(), names.sort());
  for (const name of names) {
    const hash = createHash("sha256")
      .update(readFileSync(join(page, name)))
      .digest("base64");
    assert.ok(hash.startsWith(files[name]) && files[name].length >= 12, name);
    assert.equal(types[extname(name)], TYPES[extname(name)], name);
    assert.ok(types[extname(name)], name);
  }
  assert.deepEqual(headers, HEADERS);
});

test("the same files are the same version, and others another one", () => {
  const copy = mkdtempSync(join(tmpdir(), "vma-inspector-version-"));
  try {
    cpSync(page, copy, { recursive: true });
    writePageFiles(copy);
    assert.equal(read(copy, "service-worker.js"), read(page, "service-worker.js"));
    cpSync(join(page, "main.js"), join(copy, "another.js"));
    writePageFiles(copy);
    assert.notEqual(told(copy).version, told(page).version);
  } finally {
    rmSync(copy, { recursive: true });
  }
});
