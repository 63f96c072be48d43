// The Worker with a stub in the core's place: after anything that is thrown out of
// the core and is no error of its own, nothing more is asked of it.

import assert from "node:assert/strict";
import { on } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Worker } from "node:worker_threads";
import { root } from "../../www/build/tools.mjs";

/** Stands where the core does: each of its calls throws what the test has named. */
const CORE = `
export class Archive {
  static open(source, largeWindow, name) {
    if (name === "refused.vma") globalThis.toThrow("first");
    return new Archive();
  }
  static proxmoxOfRefused() { globalThis.toThrow("second"); }
  overview() { return { container: "plain" }; }
  fileName() { return {}; }
  vmSummary() {}
  leftOut() {}
  config() { globalThis.toThrow("first"); }
}
export class Unpacked {}
export default async function init() {}
`;

/** What a Worker finds around it, in a thread of Node's; and what can be thrown there. */
const AROUND = `
import { parentPort, workerData } from "node:worker_threads";
class VmaError extends Error {
  name = "VmaError";
  code = "source";
}
/** As Firefox throws it where the stack ends. */
class InternalError extends Error {
  name = "InternalError";
}
const overflow = () => overflow() + 1;
const errors = {
  trap: () => { throw new WebAssembly.RuntimeError("unreachable"); },
  overflow: () => overflow(),
  recursion: () => { throw new InternalError("too much recursion"); },
  glue: () => { throw new Error("null pointer passed to rust"); },
  bug: () => null.length,
  value: () => { throw "undefined"; },
  own: () => { throw new VmaError("cannot be read"); },
  browser: () => { throw new DOMException("no", "NotFoundError"); },
  abort: () => { throw new DOMException("stop", "AbortError"); },
};
globalThis.toThrow = (which) => errors[workerData[which]]();
globalThis.FileReaderSync = class {};
Object.defineProperty(globalThis, "navigator", { value: {} });
const emptyModule = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
globalThis.fetch = async () => ({ ok: true, arrayBuffer: async () => emptyModule.buffer });
globalThis.addEventListener = () => {};
globalThis.self = {
  name: "test",
  postMessage: (said) => parentPort.postMessage(said),
  close: () => parentPort.postMessage({ kind: "closed" }),
};
await import("./worker/worker.js");
parentPort.on("message", (data) => self.onmessage({ data }));
`;

const FAULTS = {
  "a trap": "trap",
  "a stack overflow as Chromium has it": "overflow",
  "a stack overflow as Firefox has it": "recursion",
  "a refusal of the glue": "glue",
  "a mistake of the glue": "bug",
  "a value that is no error": "value",
};
const TOLD = {
  "an error of the core's own": ["own", "source"],
  "what the browser says of a file": ["browser", "internal"],
  "what was given up": ["abort", "aborted"],
};

const folder = mkdtempSync(join(tmpdir(), "vma-inspector-faults-"));
after(() => rmSync(folder, { recursive: true, force: true }));
for (const part of ["worker", "shared"]) {
  cpSync(join(root, "www", part), join(folder, part), { recursive: true });
}
mkdirSync(join(folder, "core"));
writeFileSync(join(folder, "core/vma_inspector.js"), CORE);
writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
writeFileSync(join(folder, "around.js"), AROUND);

/**
 * What a Worker answers to requests, one after the other, when the core throws this
 * first, and that when it is asked what else a file could be.
 */
async function answers(thrown, requests) {
  const worker = new Worker(join(folder, "around.js"), { workerData: thrown });
  const said = [];
  const waiting = [...requests];
  worker.postMessage(waiting.shift());
  for await (const [message] of on(worker, "message")) {
    if (message.kind === "accepted" || message.kind === "policy") continue;
    said.push(message);
    if (message.kind === "fatal") continue;
    if (waiting.length === 0 || message.kind === "closed") break;
    worker.postMessage(waiting.shift());
  }
  await worker.terminate();
  return said;
}

const opened = { id: 1, kind: "open", file: { name: "sound.vma", size: 0 }, largeWindow: false };
const refused = { id: 2, kind: "open", file: { name: "refused.vma", size: 0 }, largeWindow: false };
const config = { id: 3, kind: "config", archive: 1, index: 0 };

for (const [name, first] of Object.entries(FAULTS)) {
  test(`${name} out of the core ends the Worker`, async () => {
    const [result, fatal, closed] = await answers({ first }, [opened, config]);
    assert.equal(result.kind, "result");
    assert.deepEqual([fatal.kind, fatal.id, closed.kind], ["fatal", null, "closed"]);
  });

  test(`${name} ends it also where a file is opened, and where one was refused`, async () => {
    for (const thrown of [
      { first, second: "own" },
      { first: "own", second: first },
    ]) {
      const kinds = (await answers(thrown, [refused])).map(({ kind }) => kind);
      assert.deepEqual(kinds, ["fatal", "closed"]);
    }
  });
}

for (const [name, [first, code]] of Object.entries(TOLD)) {
  test(`${name} is told, and the Worker goes on`, async () => {
    const said = await answers({ first, second: "own" }, [opened, config, refused, opened]);
    assert.deepEqual(
      said.map(({ kind, failure }) => [kind, failure?.code]),
      [
        ["result", undefined],
        ["error", code],
        ["error", code],
        ["result", undefined],
      ],
    );
  });
}
