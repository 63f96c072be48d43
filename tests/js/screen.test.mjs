// What is on the first screen: one list of disks, in the order of the configuration;
// and which part of the page is below it.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { foundRows, rowsOf, ROWS_SHOWN } = await built("page/rows.js");
const { FIRST_SCREEN, changedScreen } = await built("page/screen.js");
const { tabOf, tabsOf } = await built("page/tabs.js");
const { choiceFor } = await built("page/choice.js");
const { ago, machineLine } = await built("words/machine.js");

const device = (id, name, isVmstate = false) => ({ id, name, size: 1 << 20, isVmstate });
const drive = (key, state) => ({ key, state, volume: "", size: null, mapped: true });
const conf = (key, deviceId, boots = false) => ({ key, deviceId, boots });

/** Of three drives one is excluded; one disk is in no configuration. */
const archive = {
  overview: { devices: [device(1, "drive-scsi1"), device(2, "drive-scsi0"), device(3, "odd")] },
  summary: { disks: [conf("scsi0", 2, true), conf("scsi1", 1), conf("scsi2", null)] },
  leftOut: {
    drives: [drive("scsi0", "in-backup"), drive("scsi1", "in-backup"), drive("scsi2", "excluded")],
    unnamed: [],
  },
};

test("drives and disks are one list, in the order of the configuration", () => {
  const rows = rowsOf(archive);
  assert.deepEqual(
    rows.map(({ name, device: held, boots }) => [name, held?.id ?? null, boots]),
    [
      ["scsi0", 2, true],
      ["scsi1", 1, false],
      ["scsi2", null, false],
      ["odd", 3, false],
    ],
  );
  assert.equal(new Set(rows.map(({ key }) => key)).size, rows.length);
});

test("a drive without a map line is held by the disk of its name", () => {
  const summary = { disks: archive.summary.disks.map((disk) => ({ ...disk, deviceId: null })) };
  const drives = archive.leftOut.drives.map((each) => ({ ...each, device: `drive-${each.key}` }));
  const rows = rowsOf({ ...archive, summary, leftOut: { drives, unnamed: [] } });
  assert.deepEqual(
    rows.map(({ name, device: held }) => [name, held?.id ?? null]),
    [
      ["scsi0", 2],
      ["scsi1", 1],
      ["scsi2", null],
      ["odd", 3],
    ],
  );
});

test("without a configuration there are the disks of the archive", () => {
  const rows = rowsOf({ ...archive, summary: null, leftOut: null });
  assert.deepEqual(
    rows.map(({ name }) => name),
    ["drive-scsi1", "drive-scsi0", "odd"],
  );
});

test("two disks of one name are two lines", () => {
  const overview = { devices: [device(1, "same"), device(2, "same")] };
  const rows = rowsOf({ overview, summary: null, leftOut: null });
  assert.equal(new Set(rows.map(({ key }) => key)).size, 2);
});

test("a disk is found by a part of either name, large or small", () => {
  const names = (wanted) => foundRows(rowsOf(archive), wanted).map(({ name }) => name);
  assert.deepEqual(names(" SCSI1 "), ["scsi1"]);
  assert.deepEqual(names("drive-"), ["scsi0", "scsi1"]);
  assert.deepEqual(names("").length, 4);
  assert.deepEqual(names("nvme"), []);
});

test("another search begins at its first lines, another backup at the first screen", () => {
  const more = changedScreen(FIRST_SCREEN, { type: "more-disks-wanted" });
  assert.equal(more.rows, 2 * ROWS_SHOWN);
  assert.equal(changedScreen(more, { type: "disks-filtered", filter: "a" }).rows, ROWS_SHOWN);
  const opened = changedScreen(more, { type: "disk-toggled", key: "drive scsi0" });
  assert.ok(opened.opened.has("drive scsi0"));
  assert.equal(changedScreen(opened, { type: "disk-toggled", key: "drive scsi0" }).opened.size, 0);
  assert.equal(changedScreen(opened, { type: "opened" }), FIRST_SCREEN);
});

test("damage is the part that is shown, unless a person chose another one", () => {
  const scan = { phase: "done", report: { findings: [], container: { findings: [] } } };
  const sound = {
    overview: { findings: [] },
    scan,
    trust: {},
    elsewhere: { texts: null },
    summary: null,
    contents: new Map(),
  };
  assert.deepEqual(tabsOf(sound), ["configuration", "restore", "bytes", "details"]);
  assert.equal(tabOf(sound, null), "configuration");
  assert.equal(tabOf(sound, "elsewhere"), "configuration", "there is none");
  const lost = { code: "cluster-missing", severity: "damage", count: 1, listed: 1 };
  const hurt = { ...sound, overview: { findings: [lost] } };
  assert.ok(tabsOf(hurt).includes("damage"));
  assert.equal(tabOf(hurt, null), "damage");
  assert.equal(tabOf(hurt, "details"), "details");
});

test("saved memory is only ever raw", () => {
  const shown = { overview: { devices: [device(1, "a"), device(2, "vmstate", true)] } };
  const ways = new Map([[1, "file"]]);
  assert.deepEqual(choiceFor({ ...shown, ways }, 1, "vhdx"), { format: "vhdx", way: "file" });
  assert.deepEqual(choiceFor({ ...shown, ways }, 2, "vhdx"), { format: "raw", way: null });
});

test("a machine and its age are told in a line", () => {
  const summary = { osType: "l26", cores: 4, sockets: 2, memoryMib: 8192, bios: "ovmf" };
  assert.equal(machineLine(summary), "Linux, 8 cores, 8 GiB, UEFI");
  const bare = { osType: null, cores: null, sockets: null, memoryMib: null, bios: null };
  assert.equal(machineLine(bare), "1 core, BIOS");
  const day = 86_400;
  assert.deepEqual([30, 3600, day, 7 * day, 400 * day, -5].map(ago), [
    "just now",
    "an hour ago",
    "yesterday",
    "7 days ago",
    "a year ago",
    null,
  ]);
});
