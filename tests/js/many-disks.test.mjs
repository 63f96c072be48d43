// A backup with as many disks as there can be: how much is made for one frame of it, and that
// what becomes known of one disk leaves all else as it is. Counted in elements, as what a frame
// takes depends on the machine.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
// It puts a document in place.
import "./shown-page.mjs";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { devicesView } = await built("views/devices-view.js");
const { headView } = await built("views/head-view.js");
const { scanView } = await built("views/scan-view.js");
const { INITIAL, update } = await built("page/state.js");
const { ROWS_SHOWN } = await built("page/rows.js");

const DISKS = 254;
const MIB = 1 << 20;
/** A line with its strip and its buttons, before anything but its name is known of the disk. */
const ELEMENTS_OF_A_LINE = 18;
/** Lines that are made in one frame, and those that are told anew. */
const MADE_AT_ONCE = 3;
const TOLD_AT_ONCE = 6;

const devices = Array.from({ length: DISKS }, (_, at) => ({
  id: at + 1,
  name: `drive-scsi${at}`,
  safeName: `drive-scsi${at}`,
  size: MIB,
  clusters: MIB / 65_536,
  isVmstate: false,
}));
const statistics = devices.map(({ id }) => ({
  id,
  clusters: { total: 16, missing: 0, cut: 0, twice: 0 },
  storedBytes: MIB,
  zeroBytes: 0,
  missingBytes: 0,
  doubtBytes: 0,
  imageSize: MIB,
}));
const container = { kind: "plain", inside: [], findings: [], end: "complete", checksums: null };
const report = { devices: statistics, findings: [], container, extents: { count: 9, broken: 0 } };
const progress = { fileBytes: 1, fileSize: MIB, clusters: 1, totalClusters: 16, findings: 0 };
const overview = {
  devices,
  configs: [],
  findings: [],
  container: "plain",
  headerStanding: "sound",
  createdAt: 1_714_979_289,
  totalClusters: 16 * DISKS,
};
/** Each is a drive of the configuration that is not in the backup. */
const missed = Array.from({ length: DISKS }, (_, at) => ({
  key: `virtio${at}`,
  state: "excluded",
  volume: "",
  size: MIB,
  mapped: false,
}));

/** An archive that was just opened, as the state has it. */
function opened(leftOut = null) {
  const archive = {
    archive: 1,
    overview,
    summary: null,
    fileName: { vmid: 1 },
    leftOut,
    image: null,
  };
  const file = { name: "x.vma", size: MIB };
  const event = { type: "opened", file, parts: null, archive, changedSince: null };
  return update(INITIAL, event);
}

/** How much is made by a call. */
function madeBy(work) {
  const { createElement } = document;
  const made = [];
  document.createElement = (tag) => {
    made.push(tag);
    return createElement(tag);
  };
  try {
    work();
  } finally {
    document.createElement = createElement;
  }
  return made.length;
}

const place = (id) => document.getElementById(id);
const lines = () =>
  place("devices")
    .all()
    .filter((each) => each.attributes.get("class") === "disk");

const nothing = () => {};
let draw = () => false;

/** Draws as many frames as it takes. @returns {number[]} elements that were made in each */
function drawAll(state) {
  const frames = [];
  for (let isMore = true; isMore;) frames.push(madeBy(() => (isMore = draw(state))));
  return frames;
}

beforeEach(() => {
  for (const id of ["devices", "scan", "head"]) place(id).replaceChildren();
  draw = devicesView(nothing);
});

describe("A backup with 254 disks", () => {
  it("has few lines made in one frame, and all that are shown in a few", () => {
    const state = opened();
    const frames = [madeBy(() => draw(state))];
    assert.equal(lines().length, 0, "none beside the head of another backup");
    assert.equal(frames[0], 0);
    const made = drawAll(state);
    assert.equal(lines().length, ROWS_SHOWN);
    const most = MADE_AT_ONCE * ELEMENTS_OF_A_LINE;
    assert.deepEqual(made, [...Array(ROWS_SHOWN / MADE_AT_ONCE).fill(most), 0]);
    assert.deepEqual(drawAll(state), [0]);
  });

  it("has a line told anew where something of its disk is, and few in one frame", () => {
    const state = opened();
    drawAll(state);
    drawAll(state);
    const told = () => lines().filter((line) => line.textContent.includes("partly scanned")).length;
    const scanned = (report) =>
      update(state, {
        type: "scan-progressed",
        archive: 1,
        update: { progress, report },
        pace: null,
      });
    const counts = [];
    for (let isMore = true; isMore;) {
      isMore = draw(scanned(report));
      counts.push(told());
    }
    assert.deepEqual(counts, [6, 12, 18, 24, 24]);
    assert.equal(counts[0], TOLD_AT_ONCE);
    const further = statistics.map((each) => ({ ...each, storedBytes: each.id === 7 ? 1 : MIB }));
    drawAll(scanned({ ...report, devices: further }));
    assert.match(lines()[6].textContent, /1 byte/);
    assert.equal(lines().filter((line) => line.textContent.includes("1 byte")).length, 1);
  });

  it("has the lines that are there stay, as further ones are made", () => {
    const state = opened();
    draw(state);
    draw(state);
    const first = lines();
    assert.ok(first.length > 0);
    draw(state);
    const now = lines();
    assert.ok(now.length > first.length);
    assert.ok(first.every((line, at) => line === now[at]));
  });
});

describe("What becomes known of a backup with 254 disks", () => {
  it("is told of one disk after the other, and nothing else is made anew", () => {
    const parts = [draw, scanView(nothing), headView()];
    const drawOnce = (state) => parts.forEach((part) => part(state));
    const found = { progress, report, scannedAt: null };
    const event = { type: "scan-finished", archive: 1, update: found };
    let state = update(opened({ drives: missed, unnamed: [] }), event);
    drawOnce(state);
    drawAll(state);
    let made = 0;
    for (const { id: deviceId } of devices) {
      const known = { archive: 1, deviceId };
      const formats = [{ code: "qcow2", size: MIB, refusal: null }];
      state = update(state, { type: "formats-arrived", ...known, formats, timesUnpacked: 1 });
      state = update(state, { type: "beginning-arrived", ...known, beginsLike: "qcow2" });
      made += madeBy(() => drawOnce(state));
    }
    assert.equal(made, 0);
  });

  it("has the first of many remarks stay in view, and all of them be told", () => {
    scanView(nothing)(opened({ drives: missed, unnamed: [] }));
    const shown = place("scan").all();
    const folded = shown.filter(({ tag }) => tag === "details").flatMap((each) => each.all());
    const remarks = shown.filter((each) => each.attributes.get("class") === "remark");
    assert.equal(remarks.length, DISKS);
    assert.equal(remarks.filter((each) => !folded.includes(each)).length, 2);
  });

  it("has no rule by which a new line changes how all others look", () => {
    // By ":has()" a browser works out the style of all lines again for each that comes.
    for (const name of ["disks.css", "screen.css", "strip.css", "components.css", "layout.css"]) {
      const rules = readFileSync(new URL(`../../www/styles/${name}`, import.meta.url), "utf8");
      assert.ok(!rules.includes(":has("), name);
    }
  });
});
