// What is asked of the Worker for pictures: one at a time of each, the last that was
// wanted, and the same part again not often.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Pictures } from "../../www/page/pictures.js";

/** A Worker whose answers are let go one by one. */
function staged() {
  const asked = [];
  const sent = [];
  const worker = {
    request: (kind, ask) =>
      new Promise((resolve, reject) => asked.push({ kind, ask, resolve, reject })),
  };
  return { asked, sent, pictures: new Pictures(worker, (event) => sent.push(event)) };
}

const wanted = (part = {}) => ({
  type: "cells-wanted",
  ...{ archive: 1, deviceId: 1, from: 0, to: 100, cells: 10, ...part },
});
/** Until all that follows from an answer has followed. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("while one is under way, others of the disk wait, and only the last of them is asked", async () => {
  const { asked, sent, pictures } = staged();
  pictures.handle(wanted());
  pictures.handle(wanted({ to: 50 }));
  pictures.handle(wanted({ to: 25 }));
  assert.deepEqual(
    asked.map(({ ask }) => ask.to),
    [100],
  );
  asked[0].resolve({ cells: 10 });
  await settled();
  assert.deepEqual(
    asked.map(({ ask }) => ask.to),
    [100, 25],
    "another part does not wait",
  );
  const event = { type: "disk-cells-arrived", archive: 1, deviceId: 1, picture: { cells: 10 } };
  assert.deepEqual(sent, [event]);
});

test("the same part is asked for again a quarter of a second later, and not before", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { asked, pictures } = staged();
  pictures.handle(wanted());
  asked[0].resolve({});
  await settled();
  for (let times = 0; times < 20; times += 1) pictures.handle(wanted());
  t.mock.timers.tick(249);
  assert.equal(asked.length, 1);
  t.mock.timers.tick(1751);
  assert.equal(asked.length, 2);
});

test("what the scan found at last is asked for at once, however long it took before", async (t) => {
  // Time stands still: whatever waits for a rest waits for ever.
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { asked, pictures } = staged();
  pictures.handle({ type: "scan-started", archive: 1 });
  pictures.handle(wanted());
  pictures.handle(wanted({ deviceId: 2 }));
  asked[0].resolve({});
  await settled();
  pictures.handle(wanted());
  assert.equal(asked.length, 2, "it rests");
  pictures.handle({ type: "scan-finished", archive: 1 });
  assert.equal(asked.length, 3, "what was wanted meanwhile");
  pictures.handle(wanted());
  pictures.handle(wanted({ deviceId: 2 }));
  for (const each of asked) each.resolve({});
  await settled();
  assert.deepEqual(
    asked.map(({ ask }) => ask.deviceId),
    [1, 2, 1, 2, 1],
    "and what the end of it changed",
  );
});

test("an archive that is opened behind another one is spared again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { asked, pictures } = staged();
  pictures.handle({ type: "scan-stopped", archive: 1 });
  pictures.handle({ type: "opened" });
  pictures.handle(wanted({ archive: 2 }));
  asked[0].resolve({});
  await settled();
  pictures.handle(wanted({ archive: 2 }));
  assert.equal(asked.length, 1);
});

test("disks and the file do not wait for one another", () => {
  const { asked, pictures } = staged();
  pictures.handle(wanted());
  pictures.handle(wanted({ deviceId: 2 }));
  pictures.handle(wanted({ deviceId: null }));
  assert.deepEqual(
    asked.map(({ kind }) => kind),
    ["diskCells", "diskCells", "fileCells"],
  );
  assert.ok(!("deviceId" in asked[2].ask));
});

test("an archive that was closed leaves nothing that waits", async () => {
  const { asked, sent, pictures } = staged();
  pictures.handle(wanted());
  asked[0].reject(new Error("closed"));
  await settled();
  pictures.handle({ type: "opened" });
  pictures.handle(wanted({ archive: 2 }));
  assert.deepEqual(
    asked.map(({ ask }) => ask.archive),
    [1, 2],
  );
  assert.deepEqual(sent, []);
});
