// How a file gets to the person, and what is left where that goes wrong.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
import { openSink } from "../../www/worker/saving/sinks.js";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { waysFor } = await built("page/ways.js");
const { noRoom } = await built("words/ways.js");
const { memoryHolder, roomBeside, savesBefore, shortageOf } = await built("page/room.js");

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const everything = {
  serviceWorker: true,
  filePicker: true,
  folderPicker: true,
  stageFree: 100 * GIB,
  memoryFree: GIB / 2,
  stageLimited: false,
};
const nothing = {
  serviceWorker: false,
  filePicker: false,
  folderPicker: false,
  stageFree: null,
  memoryFree: GIB / 2,
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
});

/** A save that is on its way. */
function going(id, way, sizeMax, { taken = 0, begun = true, phase = "running" } = {}) {
  return { id, phase, file: { way, sizeMax, begun }, progress: { taken } };
}

test("saves that are on their way leave less room: what they may still write, or hold", () => {
  assert.deepEqual(roomBeside(8 * GIB, []), { stageFree: 8 * GIB, memoryFree: 512 * MIB });
  assert.deepEqual(roomBeside(null, []).stageFree, null);
  const saves = [
    // What it has written, the browser counts already.
    going("a", "stage", 3 * GIB, { taken: GIB }),
    going("b", "blob", 200 * MIB, { taken: 100 * MIB }),
    going("c", "download", 50 * GIB),
    going("d", "file", 50 * GIB),
    going("e", "stage", 50 * GIB, { phase: "done" }),
  ];
  const room = roomBeside(8 * GIB, saves);
  assert.deepEqual(room, { stageFree: 6 * GIB, memoryFree: 312 * MIB });
  assert.deepEqual(roomBeside(GIB, saves).stageFree, 0, "never less than nothing");
  assert.ok(ways({ patched: true, sizeMax: 6 * GIB, filePicker: false }, room).includes("stage"));
  assert.ok(!ways({ patched: true, sizeMax: 7 * GIB, filePicker: false }, room).includes("stage"));
  assert.ok(ways({ sizeMax: 312 * MIB }, room).includes("blob"));
  assert.ok(!ways({ sizeMax: 313 * MIB }, room).includes("blob"));
});

test("of saves that are wanted at once those that came first have the room", () => {
  const all = ["a", "b", "c"].map((id) => going(id, "stage", GIB, { begun: false }));
  const ids = (id, saves = all) => savesBefore(saves, id).map((save) => save.id);
  assert.deepEqual([ids("a"), ids("b"), ids("c")], [[], ["a"], ["a", "b"]]);
  const begun = [...all.slice(0, 2), going("c", "stage", GIB)];
  assert.deepEqual(ids("a", begun), ["c"], "what is begun cannot be told to wait");
});

test("a file that lacks only memory waits for the one that holds it", () => {
  const before = [going("a", "blob", 400 * MIB), going("b", "download", GIB)];
  const can = { ...nothing, ...roomBeside(null, before) };
  const wish = { ...plain, sizeMax: 200 * MIB };
  assert.deepEqual(waysFor(wish, can), []);
  assert.equal(memoryHolder(wish, can, before), "a");
  assert.equal(memoryHolder({ ...wish, sizeMax: 600 * MIB }, can, before), null, "never fits");
  assert.equal(memoryHolder(wish, can, before.slice(1)), null, "nobody holds any");
});

/** An archive of one disk, as far as a wish is made of it. */
function archiveOf(formats) {
  return {
    file: { name: "a.vma.zst", size: 10 * GIB },
    overview: { devices: [{ id: 1, size: 30 * GIB }], container: "zstd" },
    scan: { report: null },
    formats: new Map([[1, formats]]),
    timesUnpacked: new Map(),
    elsewhere: { facts: null },
  };
}

const FORMATS = [
  { code: "qcow2-deflate", size: 12 * GIB, exact: false },
  { code: "qcow2", size: 20 * GIB, exact: true },
  { code: "vhd", size: null, exact: false },
];
const deflated = { kind: "disk", deviceId: 1, format: "qcow2-deflate" };

test("where there is no room it is told how much is lacking, and what helps", () => {
  const can = { ...everything, filePicker: false, stageFree: 5 * GIB };
  const shortage = shortageOf(archiveOf(FORMATS), deflated, can, false);
  assert.deepEqual(shortage.formats, ["qcow2"], "it streams, and one that cannot be made is none");
  const { why, helps } = noRoom(shortage);
  assert.match(why, /at most 12 GiB\. .* 5 GiB more/);
  assert.match(helps.join("\n"), /another format.*: qcow2\.\n.*room for 7 GiB more/);
  assert.doesNotMatch(helps.join(), /normal window|that I choose|Chrome/);
});

test("what no room would help is not told to make room", () => {
  const firefox = { ...everything, filePicker: false, stageFree: 50 * GIB, stageLimited: true };
  const limited = noRoom(shortageOf(archiveOf(FORMATS), deflated, firefox, false));
  assert.match(limited.why, /no single file above 10 GiB/);
  assert.doesNotMatch(limited.helps.join(), /Make room/);
  const none = noRoom(shortageOf(archiveOf([]), { ...deflated, format: "raw" }, nothing, true));
  assert.match(none.why, /at most 30 GiB\. This browser gives the page no storage/);
  assert.doesNotMatch(none.helps.join(), /Make room|another format/);
  assert.match(none.helps.join(), /normal window/);
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
