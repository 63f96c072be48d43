// A backup with as many disks as there can be: how much is made for one frame of it, and that
// what becomes known of one disk leaves all else as it is. Counted in elements, as what a frame
// takes depends on the machine.

import assert from "node:assert/strict";
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
/** Lines of four disks, with their strips and buttons, and what is around them. */
const ELEMENTS_OF_A_FRAME = 200;

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
let redraws = 0;
let draw = nothing;

beforeEach(() => {
  for (const id of ["devices", "scan", "head"]) place(id).replaceChildren();
  redraws = 0;
  draw = devicesView(nothing, () => (redraws += 1));
});

describe("A backup with 254 disks", () => {
  it("has few lines made in one frame, and all that are shown in a few", () => {
    const state = opened();
    const frames = [];
    const linesOf = [];
    do {
      redraws = 0;
      frames.push(madeBy(() => draw(state)));
      linesOf.push(lines().length);
    } while (redraws > 0);
    assert.equal(lines().length, ROWS_SHOWN);
    assert.equal(frames.length, 7);
    assert.equal(linesOf[0], 0);
    assert.ok(Math.max(...frames) < ELEMENTS_OF_A_FRAME, `${frames} elements`);
    const more = madeBy(() => draw(state));
    assert.equal(more, 0);
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

  it("is told of one disk after the other, and nothing else is made anew", () => {
    const parts = [draw, scanView(nothing), headView()];
    const drawAll = (state) => parts.forEach((part) => part(state));
    const found = { progress, report, scannedAt: null };
    const event = { type: "scan-finished", archive: 1, update: found };
    let state = update(opened({ drives: missed, unnamed: [] }), event);
    for (let frame = 0; frame < 7; frame += 1) drawAll(state);
    let made = 0;
    for (const { id: deviceId } of devices) {
      const known = { archive: 1, deviceId };
      const formats = [{ code: "qcow2", size: MIB, refusal: null }];
      state = update(state, { type: "formats-arrived", ...known, formats, timesUnpacked: 1 });
      state = update(state, { type: "beginning-arrived", ...known, beginsLike: "qcow2" });
      made += madeBy(() => drawAll(state));
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
});
