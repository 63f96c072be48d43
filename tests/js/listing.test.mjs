// The list of many backups: which files are one, what lies beside it, and which to take.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventOf } from "../../www/page/backup-files.js";
import { changedBackups } from "../../www/page/backups.js";
import { filesOfEntries } from "../../www/page/listing/files.js";
import { backupsOf, newestSound, saidByLog, shownBackups } from "../../www/page/backup-entries.js";

const file = (name, size = 3) => new File(["x".repeat(size)], name, { lastModified: 86_400_000 });
const found = (...paths) => paths.map((path) => ({ path, file: file(path.split("/").at(-1)) }));

test("files that were chosen together are one backup, its parts, or a list", () => {
  const typeOf = (...names) => eventOf(names.map((name) => file(name))).type;
  assert.equal(typeOf("a.vma"), "file-chosen");
  assert.equal(typeOf("photo.jpg"), "file-chosen");
  assert.equal(typeOf("a.log"), "file-chosen");
  assert.equal(typeOf("a.vma.zst", "a.vma.zst.notes", "a.log"), "file-chosen");
  assert.equal(typeOf("a.vma.001", "a.vma.002", "a.vma.003"), "files-chosen");
  assert.equal(typeOf("a.vma.aa", "a.vma.zst.aa"), "files-chosen");
  assert.equal(typeOf("a.vma", "a.vma.part2"), "files-chosen");
  assert.equal(typeOf("a.vma", "b.vma.zst", "b.log"), "backups-chosen");
});

test("what lies beside a backup is found by Proxmox's names", () => {
  // PVE::Storage: `.notes` and `.protected` hang on the whole name, `.log` takes the ending's place.
  const names = ["vzdump-qemu-112-2026_11_20-02_00_00.vma.zst", "vzdump-qemu-9-x.vma"];
  const { list, beside } = backupsOf(
    found(
      ...names.map((name) => `dump/${name}`),
      `dump/${names[0]}.notes`,
      `dump/${names[0]}.protected`,
      "dump/vzdump-qemu-112-2026_11_20-02_00_00.log",
      "dump/vzdump-qemu-9-x.vma.log",
      "other/vzdump-qemu-9-x.vma.notes",
      "dump/vzdump-lxc-100-2026_11_20-02_00_00.tar.zst",
    ),
  );
  assert.deepEqual(
    list.map(({ name, vmid }) => [name, vmid]),
    [
      [names[0], "112"],
      [names[1], "9"],
    ],
  );
  const [first, second] = list.map(({ key }) => beside.get(key));
  assert.equal(first.notes.name, `${names[0]}.notes`);
  assert.equal(first.log.name, "vzdump-qemu-112-2026_11_20-02_00_00.log");
  assert.equal(first.isProtected, true);
  assert.deepEqual(second, { notes: null, log: null, isProtected: false });
  assert.equal(list[0].made, new Date(2026, 10, 20, 2).getTime() / 1000);
  assert.equal(list[1].made, 86_400);
});

test("parts of one backup are one line", () => {
  const { list } = backupsOf(found("a.vma.zst.ab", "a.vma.zst.aa", "b.vma"));
  assert.deepEqual(
    list.map(({ name, files, size }) => [name, files.length, size]),
    [
      ["a.vma.zst", 2, 6],
      ["b.vma", 1, 3],
    ],
  );
});

test("a log says what was left out, and whether the backup failed", () => {
  // Lines of a real job, as in Proxmox's forum, thread "VM restore hangs at 100%".
  const log = `2025-09-11 13:43:11 INFO: VM Name: winrecover
2025-09-11 13:43:11 INFO: include disk 'sata0' 'ZFS:vm-112-disk-1' 20G
2025-09-11 13:43:11 INFO: exclude disk 'efidisk0' 'ZFS:vm-112-disk-0' (efidisk but no OMVF BIOS)
2025-09-11 13:43:11 INFO: exclude disk 'scsi1' 'stockage:101/vm-101-disk-0.raw' (backup=no)
`;
  assert.deepEqual(saidByLog(log), {
    excluded: [
      { disk: "efidisk0", why: "efidisk but no OMVF BIOS" },
      { disk: "scsi1", why: "backup=no" },
    ],
    hasFailedLog: false,
  });
  const failed = "2025-09-11 13:43:12 ERROR: Backup of VM 112 failed - job failed with err -5\n";
  assert.deepEqual(saidByLog(failed), { excluded: [], hasFailedLog: true });
});

/** A backup of a machine, made on a day, of which this is known. */
const backup = (key, vmid, day, phase, tone = null) => ({
  ...{ key, name: key, files: [], size: day, vmid, machine: null, made: day, leftOut: [] },
  ...{ notes: "", excluded: [], hasFailedLog: false, isProtected: false, done: 0, failure: null },
  ...{ phase, answer: tone && { tone, title: tone, remarks: [] } },
});

test("the newest sound one of each machine is told once all newer ones are checked", () => {
  const old = backup("old", "1", 1, "checked", "good");
  const sound = backup("sound", "1", 2, "checked", "good");
  const broken = backup("broken", "1", 3, "checked", "damage");
  const unknown = backup("unknown", "1", 4, "known");
  const failed = backup("failed", "1", 5, "failed");
  const remarked = backup("remarked", "2", 1, "checked", "warning");
  const nameless = backup("nameless", null, 9, "checked", "good");
  const newest = (...list) => [...newestSound({ list, isCut: false })].sort();
  assert.deepEqual(newest(old, sound, broken, failed, remarked, nameless), ["remarked", "sound"]);
  assert.deepEqual(newest(old, sound, broken, unknown, failed), []);
  assert.deepEqual([...newestSound({ list: [old, sound], isCut: true })], [], "a newer one may be");
});

test("the list is sorted and filtered, and keeps its order among equal ones", () => {
  const list = [
    { ...backup("a", "12", 1, "checked", "good"), machine: "mail" },
    { ...backup("b", "7", 2, "failed"), notes: "Before the upgrade" },
    { ...backup("c", "7", 3, "checked", "damage"), machine: "web" },
    backup("d", "7", 4, "new"),
  ];
  let state = changedBackups(null, { type: "backups-listed", folder: "dump", isCut: false, list });
  const keys = () => shownBackups(state).map(({ key }) => key);
  const send = (event) => (state = changedBackups(state, event));
  assert.deepEqual(keys(), ["d", "c", "b", "a"]);
  send({ type: "backups-sorted", by: "made" });
  assert.deepEqual(keys(), ["a", "b", "c", "d"]);
  send({ type: "backups-sorted", by: "verdict" });
  assert.deepEqual(keys(), ["a", "c", "d", "b"]);
  send({ type: "backups-sorted", by: "size" });
  assert.deepEqual(keys(), ["d", "c", "b", "a"]);
  send({ type: "backups-filtered", filter: " UPGRADE" });
  assert.deepEqual(keys(), ["b"]);
  assert.equal(changedBackups(state, { type: "backups-closed" }), null);
});

/** What a browser gives for a file that was dropped, and for a folder, a hundred at a time. */
const entry = (name) => ({ name, isFile: true, file: (give) => give(file(name)) });
const folder = (name, inside) => ({
  ...{ name, isFile: false },
  createReader() {
    let at = 0;
    return { readEntries: (give) => give(inside.slice(at, (at += 100))) };
  },
});
const entries = (count) => Array.from({ length: count }, (_, at) => entry(`${at}.vma`));
const nested = (deep, inside) => (deep === 0 ? inside : [folder("f", nested(deep - 1, inside))]);

test("a folder that is too large or too deep is not said to be looked at whole", async () => {
  for (const [dropped, count, isCut] of [
    [nested(1, entries(4999)), 4999, false],
    [nested(1, entries(5000)), 5000, false],
    [nested(1, entries(5001)), 5000, true],
    [[...nested(1, entries(5000)), entry("last.vma")], 5000, true],
    [nested(4, entries(2)), 2, false],
    [[...nested(5, entries(2)), entry("beside.vma")], 1, true],
  ]) {
    const { found, isCut: is } = await filesOfEntries(dropped);
    assert.deepEqual([found.length, is], [count, isCut]);
  }
});
