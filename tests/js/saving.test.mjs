// How a file gets to the person, and what is left where that goes wrong.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
import { openSink } from "../../www/worker/saving/sinks.js";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { waysFor } = await built("page/ways.js");
const { noWay } = await built("words/ways.js");

const GIB = 1024 ** 3;
const everything = {
  serviceWorker: true,
  filePicker: true,
  folderPicker: true,
  stageFree: 100 * GIB,
  stageLimited: false,
};
const nothing = {
  serviceWorker: false,
  filePicker: false,
  folderPicker: false,
  stageFree: null,
  stageLimited: true,
};
const plain = { sizeMax: 50 * GIB, patched: false, unordered: false, sliceable: false };

function ways(wish, can) {
  return waysFor({ ...plain, ...wish }, { ...everything, ...can }).map(({ way }) => way);
}

test("what comes in order streams into the downloads", () => {
  assert.deepEqual(ways({}, {}), ["download", "file", "stage"]);
  assert.deepEqual(ways({ sizeMax: 1000 }, {}), ["download", "blob", "file", "stage"]);
});

test("what does not come in order is never streamed", () => {
  for (const wish of [{ patched: true }, { unordered: true }]) {
    assert.ok(!ways(wish, {}).includes("download"));
    assert.equal(ways(wish, {})[0], "file", "a large file is better written once");
    assert.equal(ways({ ...wish, sizeMax: 1000 }, {})[0], "blob", "nothing small is stored");
    assert.equal(ways(wish, { filePicker: false })[0], "stage");
  }
  assert.deepEqual(ways({ unordered: true, sizeMax: 1000 }, nothing), ["blob"]);
  assert.deepEqual(ways({ unordered: true, sizeMax: GIB / 4 }, nothing), []);
});

test("what stores a copy is the last of all that a browser offers", () => {
  for (const wish of [{}, { patched: true }, { unordered: true }]) {
    for (const sizeMax of [1000, 20 * GIB]) {
      assert.equal(ways({ ...wish, sizeMax }, {}).at(-1), "stage");
    }
  }
});

test("the browser's own storage is used only as far as it goes", () => {
  assert.ok(!ways({ sizeMax: 101 * GIB }, {}).includes("stage"));
  assert.ok(!ways({ sizeMax: 11 * GIB }, { stageLimited: true }).includes("stage"));
  assert.ok(ways({ sizeMax: 10 * GIB }, { stageLimited: true }).includes("stage"));
});

test("without anything better a disk is put together, or kept in memory if it is small", () => {
  assert.deepEqual(ways({ sliceable: true }, nothing), ["blob"]);
  assert.deepEqual(ways({ sizeMax: 1000 }, nothing), ["blob"]);
  assert.deepEqual(ways({}, nothing), []);
  assert.match(noWay(plain.sizeMax, nothing.stageFree), /50 GiB/);
});

test("every way says why it is taken", () => {
  for (const wish of [plain, { ...plain, patched: true }, { ...plain, sliceable: true }]) {
    for (const { why } of waysFor(wish, everything)) {
      assert.match(why, /^[A-Z].*\.$/);
    }
  }
});

/** A picked file that does as it is told. */
function pickedFile({ refuses, isNew = true }) {
  const calls = [];
  const step = (name) => async () => {
    calls.push(name);
    if (refuses?.[name]) {
      throw new DOMException("told so", refuses[name]);
    }
  };
  const writable = Object.fromEntries(
    ["write", "truncate", "close", "abort"].map((name) => [name, step(name)]),
  );
  const open = step("open");
  const createWritable = async () => {
    await open();
    return writable;
  };
  return {
    calls,
    order: { kind: "file", isNew, handle: { createWritable, remove: step("remove") } },
  };
}

const bytes = new Uint8Array(10);
const { signal } = new AbortController();

for (const [refusal, code] of [
  ["QuotaExceededError", "no-space"],
  ["NotAllowedError", "writing-refused"],
  ["NotFoundError", "target-gone"],
  ["UnknownError", "save-broken"],
]) {
  test(`a picked file that fails with ${refusal} is told as ${code}, and nothing is left`, async () => {
    const { calls, order } = pickedFile({ refuses: { write: refusal } });
    const sink = await openSink(order, signal);
    await sink.write(0, bytes);
    // It shows when the write has come back.
    await assert.rejects(sink.write(10, bytes), ({ failure }) => failure.code === code);
    await sink.discard({ code });
    assert.deepEqual(calls, ["open", "write", "write", "abort", "remove"]);
  });
}

test("a picked file whose last write fails is not completed", async () => {
  const { calls, order } = pickedFile({ refuses: { write: "QuotaExceededError" } });
  const sink = await openSink(order, signal);
  await sink.write(0, bytes);
  await assert.rejects(sink.commit(10), ({ failure }) => failure.code === "no-space");
  assert.deepEqual(calls, ["open", "write"]);
});

test("a picked file that was there before is not removed", async () => {
  const { calls, order } = pickedFile({ refuses: { close: "QuotaExceededError" }, isNew: false });
  const sink = await openSink(order, signal);
  await sink.write(0, bytes);
  await assert.rejects(sink.commit(10), ({ failure }) => failure.code === "no-space");
  await sink.discard({ code: "no-space" });
  assert.deepEqual(calls, ["open", "write", "truncate", "close", "abort"]);
});

test("a file that cannot be opened for writing is told at once", async () => {
  const { order } = pickedFile({ refuses: { open: "NoModificationAllowedError" } });
  await assert.rejects(
    openSink(order, signal),
    ({ failure }) => failure.code === "writing-refused",
  );
});

test("a short write into the browser's own storage means that it is full", async () => {
  const access = { truncate() {}, write: () => 3, close() {} };
  const removed = [];
  const file = { name: "x", createSyncAccessHandle: async () => access };
  const folder = {
    getFileHandle: async () => file,
    removeEntry: async (name) => removed.push(name),
  };
  const storage = { getDirectory: async () => ({ getDirectoryHandle: async () => folder }) };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { storage } });
  const sink = await openSink({ kind: "stage", name: "x" }, signal);
  await assert.rejects(sink.write(0, bytes), ({ failure }) => failure.code === "no-space");
  await sink.discard({ code: "no-space" });
  assert.deepEqual(removed, ["x"]);
});

test("a file that is put together in memory has every byte where it was written last", async () => {
  const written = [
    [40, 30],
    [0, 10],
    [60, 20],
    [45, 5],
    [0, 3],
  ];
  const wanted = new Uint8Array(100);
  const sink = await openSink({ kind: "blob" }, signal);
  for (const [index, [offset, length]] of written.entries()) {
    wanted.fill(index + 1, offset, offset + length);
    await sink.write(offset, new Uint8Array(length).fill(index + 1));
  }
  const whole = await sink.commit(100);
  assert.deepEqual(new Uint8Array(await whole.arrayBuffer()), wanted);
});
