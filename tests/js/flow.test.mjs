// A save from the click to its end, without a page: what each event makes of it,
// and what is to be done then.

import assert from "node:assert/strict";
import { test } from "node:test";
import { askedSave, deviceOf, doubtTaken, lastSaveOf } from "../../www/page/save.js";
import { step } from "../../www/page/saving/flow.js";
import { nextDue, passIsFree, waitingForScan } from "../../www/page/saving/queue.js";

const DISK = { kind: "disk", deviceId: 1, format: "raw", marked: false, doubt: "as-it-is" };
const ONE_PASS = { kind: "one-pass", deviceId: 1, format: "raw" };

const PROVEN = { bytes: 0, isUnproven: false };

function save(change = {}) {
  return {
    id: "a",
    archive: 7,
    what: DISK,
    devices: [{ id: 1, name: "drive-scsi0" }],
    file: {
      way: "stage",
      name: "100-drive-scsi0.raw",
      size: null,
      sizeMax: 1000,
      begun: false,
      taken: false,
    },
    gaps: { missing: 0, doubt: PROVEN, agreed: false, lost: null, leftOut: [], maps: [] },
    progress: { taken: 0, done: 0, total: 0, pace: { bytesPerSecond: 1, secondsLeft: null } },
    phase: "waiting",
    waitsFor: { kind: "scan" },
    failure: null,
    ...change,
  };
}

/** Where the events lead, and the kinds of the effects on the way. */
function run(start, ...events) {
  let current = start;
  const done = [];
  for (const event of events) {
    const { save: next, effects } = step(current, event);
    done.push(...effects.map((effect) => ("keep" in effect ? `keep:${effect.keep}` : effect.kind)));
    current = next;
  }
  return { save: current, phase: current.phase, done };
}

const allowed = { type: "allowed", missing: 0, doubt: PROVEN, what: DISK, passIsFree: true };
const begun = { type: "begun", file: { way: "stage" } };
const streams = { type: "begun", file: { way: "download", size: 1000 } };
const lost = (bytes, doubt = PROVEN) => ({
  type: "read",
  saved: { size: 1000, lost: [{ deviceId: 1, bytes }], beginsLike: null },
  doubt,
});
const kept = { type: "kept", downloads: true, mayDownload: true };
const keep = { type: "answered", keep: true, marked: false, doubt: "as-it-is", passIsFree: true };
const drop = { ...keep, keep: false };

test("a disk that lacks nothing is made, kept and downloaded", () => {
  const { save: ended, phase, done } = run(save(), allowed, begun, lost(0), kept);
  assert.equal(phase, "done");
  assert.deepEqual(done, ["begin", "hash", "keep:true", "download", "hash"]);
  assert.equal(ended.progress.taken, 1000);
  assert.equal(ended.progress.pace, null);
});

test("a stream ends when the browser has taken all of it", () => {
  const half = run(save(), allowed, streams, { type: "started" }, lost(0));
  assert.equal(half.phase, "running");
  assert.deepEqual(half.done, ["begin", "hash"]);
  const { phase, done } = run(half.save, { type: "taken" });
  assert.deepEqual([phase, done], ["done", ["hash"]]);
});

test("a stream that is taken before the Worker says what was lost waits for that", () => {
  const taken = run(save(), { ...allowed, missing: 5 }, keep, streams, { type: "taken" });
  assert.equal(taken.phase, "starting");
  const { save: ended, phase, done } = run(taken.save, lost(5));
  assert.deepEqual([phase, done], ["done", ["hash", "hash", "map"]]);
  assert.equal(ended.gaps.lost[0].bytes, 5);
});

test("a file that has to wait for memory begins once the other has ended", () => {
  const { save: waits, phase, done } = run(save(), allowed, { type: "delayed", by: "b" });
  assert.deepEqual([phase, done, waits.file.begun], ["waiting", ["begin"], false]);
  const other = save({ id: "b", phase: "running" });
  assert.equal(nextDue([other, waits], true), null);
  assert.equal(nextDue([{ ...other, phase: "done" }, waits], true), waits);
  assert.deepEqual(run(waits, allowed).done, ["begin"]);
});

test("of known gaps it is asked before anything is written", () => {
  const asked = run(save(), { ...allowed, missing: 5 });
  assert.deepEqual([asked.phase, asked.done], ["asking", []]);
  const declined = run(asked.save, drop);
  assert.deepEqual([declined.phase, declined.done], ["cancelled", ["break-off"]]);
  const agreed = run(asked.save, keep);
  assert.deepEqual([agreed.phase, agreed.done], ["starting", ["begin"]]);
  // What was agreed to is not asked again.
  const { phase, done } = run(agreed.save, begun, lost(5), kept);
  assert.equal(phase, "done");
  assert.deepEqual(done, ["hash", "keep:true", "download", "hash", "map"]);
});

test("of gaps that only the save comes across it is asked before the file is kept", () => {
  const asked = run(save(), allowed, begun, lost(3));
  assert.equal(asked.phase, "asking");
  assert.deepEqual(run(asked.save, keep).done, ["keep:true"]);
  for (const no of [drop, { type: "cancelled" }]) {
    const dropped = run(asked.save, no, { type: "dropped" });
    assert.deepEqual([dropped.phase, dropped.done], ["cancelled", ["keep:false"]]);
  }
});

test("of what is in doubt it is asked before anything is written, strong or mild", () => {
  for (const doubt of [
    { bytes: 4096, isUnproven: false },
    { bytes: 0, isUnproven: true },
  ]) {
    const asked = run(save(), { ...allowed, doubt });
    assert.deepEqual([asked.phase, asked.done], ["asking", []]);
    const declined = run(asked.save, drop);
    assert.equal(declined.phase, "cancelled");
    assert.equal(declined.save.file.begun, false, "nothing can be left of it");
    // What was agreed to is not asked again; the map holds what is in doubt.
    const { phase, done } = run(asked.save, keep, begun, lost(0, doubt), kept);
    assert.equal(phase, "done");
    assert.equal(done.includes("map"), doubt.bytes > 0);
  }
});

test("of doubt that only the save comes across it is asked before the file is kept", () => {
  for (const doubt of [
    { bytes: 4096, isUnproven: false },
    { bytes: 0, isUnproven: true },
  ]) {
    const asked = run(save(), allowed, begun, lost(0, doubt));
    assert.equal(asked.phase, "asking");
    assert.deepEqual(asked.save.gaps.doubt, doubt);
    assert.deepEqual(run(asked.save, keep).done, ["keep:true"]);
    // A stream cannot be held back: it says so at its end.
    const { save: streamed, phase } = run(
      save(),
      allowed,
      streams,
      { type: "taken" },
      lost(0, doubt),
    );
    assert.deepEqual([phase, streamed.gaps.doubt], ["done", doubt]);
  }
});

test("a map comes for a click, also after the end", () => {
  const { save: ended } = run(save({ phase: "running" }), lost(0), kept);
  const maps = [{ name: "100-drive-scsi0.map", bytes: new Uint8Array(1) }];
  assert.deepEqual(run(ended, { type: "mapped", maps }).save.gaps.maps, maps);
});

test("a download that the browser would hold back waits for a click", () => {
  const held = run(save(), allowed, begun, lost(0), { ...kept, mayDownload: false });
  assert.equal(held.phase, "held");
  assert.ok(!held.done.includes("download"));
  assert.deepEqual(run(held.save, { type: "let" }).done, ["download", "hash"]);
  // It is made: that the Worker dies does not take it away.
  const died = { code: "worker-died", message: "", part: null, offset: null };
  assert.equal(run(held.save, { type: "failed", failure: died }).phase, "held");
  const stream = run(save(), allowed, { type: "held" });
  assert.equal(stream.phase, "held");
  const begins = run(stream.save, { type: "let" });
  assert.deepEqual([begins.phase, begins.done], ["starting", ["begin"]]);
});

test("a file that is picked or in a folder is not downloaded", () => {
  const { phase, done } = run(save({ phase: "finishing" }), { ...kept, downloads: false });
  assert.deepEqual([phase, done], ["done", ["hash"]]);
});

test("marks are made in the disk's own order", () => {
  const asking = save({ phase: "asking", what: ONE_PASS });
  const { save: marked } = run(asking, { ...keep, marked: true });
  assert.deepEqual(marked.what, { ...DISK, marked: true });
  assert.deepEqual(run(asking, keep).save.what, ONE_PASS);
});

test("what is in doubt is saved as the answer says, of a disk and of an appliance", () => {
  const doubt = { bytes: 4096, isUnproven: false };
  const appliance = { kind: "appliance", devices: [1], keepsMacs: true, compressed: true };
  for (const what of [DISK, { ...appliance, doubt: "as-it-is" }]) {
    const asked = run(save({ what }), { ...allowed, what, doubt });
    assert.equal(asked.phase, "asking");
    for (const taken of ["as-it-is", "as-lost"]) {
      const agreed = run(asked.save, { ...keep, doubt: taken });
      assert.deepEqual(agreed.save.what, { ...what, doubt: taken });
      assert.equal(doubtTaken(agreed.save), taken);
      // What was agreed to is not asked again, and its map comes either way.
      const { phase, done } = run(agreed.save, begun, lost(0, doubt), kept);
      assert.equal(phase, "done");
      assert.ok(done.includes("map"));
    }
  }
});

test("zeros for what is in doubt come in the disk's own order", () => {
  const asking = save({ phase: "asking", what: ONE_PASS });
  const { save: zeroed, done } = run(asking, { ...keep, doubt: "as-lost" });
  assert.deepEqual(zeroed.what, { ...DISK, doubt: "as-lost" });
  assert.deepEqual(done, ["begin"]);
  assert.equal(doubtTaken(asking), "as-it-is");
});

test("of a file that is written the answer only says whether to keep it", () => {
  const doubt = { bytes: 4096, isUnproven: false };
  const asked = run(save(), allowed, begun, lost(0, doubt));
  const { save: kept, done } = run(asked.save, { ...keep, doubt: "as-lost" });
  assert.deepEqual([kept.what, done], [DISK, ["keep:true"]]);
});

test("one pass through the backup waits for another", () => {
  const wants = { ...allowed, what: ONE_PASS };
  const first = run(save(), wants);
  assert.deepEqual([first.phase, passIsFree([first.save])], ["starting", false]);
  const second = run(save({ id: "b" }), { ...wants, passIsFree: false });
  assert.deepEqual([second.phase, second.save.waitsFor], ["waiting", { kind: "pass" }]);
  assert.equal(nextDue([first.save, second.save], true), null);
  const finishing = run(first.save, begun, lost(0)).save;
  assert.equal(nextDue([finishing, second.save], false), null, "before the scan is finished");
  assert.equal(nextDue([finishing, second.save], true)?.id, "b");
});

test("saves into one folder follow each other, however the first ends", () => {
  const second = save({ id: "b", waitsFor: { kind: "save", id: "a" } });
  assert.equal(nextDue([save({ phase: "running" }), second], true), null);
  for (const phase of ["done", "failed", "cancelled", "refused"]) {
    assert.equal(nextDue([save({ phase }), second], true)?.id, "b", phase);
  }
});

test("only what waits for the scan of this archive is told of its end", () => {
  const others = [save({ archive: 8 }), save({ waitsFor: { kind: "pass" } })];
  assert.deepEqual(waitingForScan([save(), ...others], 7), [save()]);
});

test("a question that is shown stays, and the next one comes after it", () => {
  const asking = ["a", "b", "c"].map((id) => save({ id, phase: "asking" }));
  assert.equal(askedSave(asking, "b", 7)?.id, "b");
  assert.equal(askedSave([asking[0], save({ id: "b" }), asking[2]], "b", 7)?.id, "a");
  assert.equal(askedSave(asking, "b", 8), null);
});

test("whatever breaks off a save ends its work, and says why", () => {
  const why = { code: "no-space", message: "full", part: null, offset: null };
  for (const phase of ["waiting", "asking", "starting", "held", "running", "finishing"]) {
    const { save: failed, done } = run(save({ phase }), { type: "failed", failure: why });
    assert.deepEqual([failed.phase, failed.failure, done], ["failed", why, ["break-off"]], phase);
  }
  assert.deepEqual(run(save({ phase: "running" }), { type: "refused" }).done, ["break-off"]);
});

test("what comes too late changes nothing", () => {
  const events = [allowed, keep, begun, lost(9), kept, { type: "cancelled" }, { type: "taken" }];
  for (const phase of ["done", "cancelled", "refused", "failed"]) {
    const ended = save({ phase });
    for (const event of events) {
      assert.deepEqual(step(ended, event), { save: ended, effects: [] }, `${phase} ${event.type}`);
    }
  }
  // The browser completes the file: there is nothing to cancel any more.
  const finishing = save({ phase: "finishing" });
  assert.deepEqual(step(finishing, { type: "cancelled" }), { save: finishing, effects: [] });
});

const FILES = {
  kind: "files",
  volume: { deviceId: 1, area: 0, logical: null },
  chosen: [{ id: 5n, path: [{ text: "etc", bytes: null }], type: "directory", size: 0 }],
  form: "tar",
};

test("files are saved without a question, and what was left out stays told", () => {
  const start = save({ what: FILES, devices: [], gaps: { ...save().gaps, agreed: true } });
  const missed = [{ path: "etc/shadow", fault: { code: "file-lost", about: "at 0x0" } }];
  const read = {
    type: "read",
    saved: { size: 10, lost: [], beginsLike: null, missed },
    doubt: PROVEN,
  };
  const unproven = { ...allowed, what: FILES, doubt: { bytes: 0, isUnproven: true } };
  const readUnproven = { ...read, doubt: unproven.doubt };
  const { save: ended, phase, done } = run(start, unproven, begun, readUnproven, kept);
  assert.equal(phase, "done");
  assert.deepEqual(done.slice(0, 3), ["begin", "hash", "keep:true"]);
  assert.deepEqual(ended.gaps.leftOut, missed);
  assert.equal(doubtTaken(ended), "as-it-is");
});

test("a save of files is no save of the disk that they are on", () => {
  const ended = save({ id: "b", what: FILES, phase: "done" });
  assert.equal(deviceOf(ended), 1);
  assert.equal(lastSaveOf([ended], 7, 1), null);
  const disk = save({ phase: "done" });
  assert.equal(lastSaveOf([disk, ended], 7, 1), disk);
});
