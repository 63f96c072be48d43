// Small archives and containers, changed ten thousand times: the core as wasm
// says the same of each as the core that was built for this machine.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
import { root } from "../../www/build/tools.mjs";
import { Bytes } from "./bytes.mjs";

const { Archive, initSync } = await import(pathToFileURL(join(modules, "core/vma_inspector.js")));
initSync({ module: readFileSync(join(modules, "core/vma_inspector_bg.wasm")) });

function edited(base, edits) {
  let bytes = Buffer.from(base);
  for (const [kind, at, what] of edits) {
    if (kind === "set") bytes.write(what, at, "hex");
    if (kind === "take") bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + what)]);
    if (kind === "cut") bytes = bytes.subarray(0, at);
  }
  return bytes;
}

function verdict(bytes) {
  try {
    const archive = Archive.open(new Bytes(bytes));
    while (!archive.scanStep().done);
    const text = told(archive);
    archive.free();
    return createHash("md5").update(text).digest("hex");
  } catch (error) {
    if (error.name !== "VmaError") throw error;
    return error.code;
  }
}

/** In the words of the other side: tests/mutated/mod.rs. */
function told(archive) {
  const report = archive.report();
  const findings = report.findings.flatMap(({ code, listed }) => archive.findings(code, 0, listed));
  const lines = [...findings, ...report.container.findings].map(({ text }) => text);
  for (const { id, imageSize, storedBytes, missingBytes } of report.devices) {
    const numbers = [imageSize, storedBytes, missingBytes].map((n) => BigInt(n)).join(", ");
    lines.push(`${id} [${numbers}]`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

test(
  "wasm and native code find the same in ten thousand damaged files",
  { timeout: 300_000 },
  () => {
    const cargo = ["run", "--locked", "--quiet", "--example", "mutated"];
    const json = execFileSync("cargo", cargo, { cwd: root, maxBuffer: 1 << 28 });
    for (const { base, cases } of JSON.parse(json)) {
      const bytes = Buffer.from(base, "hex");
      for (const { seed, edits, verdict: expected } of cases) {
        assert.equal(
          verdict(edited(bytes, edits)),
          expected,
          `seed ${seed} of ${bytes.length} bytes`,
        );
      }
    }
  },
);
