// Files in the disks, as the page lists them: which file systems there are, order and window
// of the rows, keys, and what is told of each.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
import { root } from "../../www/build/tools.mjs";
import { isSameName } from "../../www/page/files.js";
import { largestVolume, largestVolumeOn, volumesOf } from "../../www/page/volumes.js";
import { moveOf } from "../../www/views/files/move.js";
import { lastTop, topFor, windowOf } from "../../www/views/files/window.js";
import { item, named, namesOf, time } from "./file-items.mjs";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { addressOf, placeOf } = await built("page/address.js");
const { changedScreen, FIRST_SCREEN } = await built("page/screen.js");
const { tabOf, tabsOf } = await built("page/tabs.js");
const { CATALOGUE, loadLater } = await built("words/catalogue.js");
await loadLater();
const { longTime, modeLetters, modeOctal, nameBytes, notReadWords, shortTime } =
  await built("words/files.js");
const { clickedOrder, comparison, jumpTo, merged } = await built("views/files/order.js");
const { Items } = await built("views/files/items.js");
const { farWords, hitsText, itemOfDamaged, limitsOf } = await built("views/files/hits.js");
const { itemOfHit } = await built("views/files/lister.js");
const { wantedOf } = await built("views/files/choice-bar.js");

/** Which module reads what, as src/file_system/open.rs says. */
const FAMILIES = { fat32: "others", ntfs: "others", ext4: "unix", xfs: "unix" };

const part = (kind, size, more = {}) => ({
  number: 1,
  size,
  name: null,
  purpose: null,
  pending: false,
  lost: false,
  volume: kind && { kind, label: null, family: FAMILIES[kind] ?? null },
  volumes: [],
  share: "own",
  disks: [],
  refusal: null,
  copies: null,
  ...more,
});

/** A disk with an EFI partition, LVM with two logical volumes, and LUKS; and one with swap. */
const contents = new Map([
  [
    1,
    {
      areas: [
        part("fat32", 100),
        part("lvm", 900, { volumes: [part("xfs", 400), part(null, 500)] }),
        part("luks2", 1000),
      ],
    },
  ],
  [2, { areas: [part("swap", 5000)] }],
]);

test("what lies on several disks stands once, and says why it is not put together", () => {
  const spread = part("ext4", 300, { number: null, name: "spread", disks: [1, 3] });
  const thin = part(null, 100, { refusal: { code: "kind", about: "thin" } });
  const first = part("lvm", 900, { volumes: [spread, thin] });
  const other = part("lvm", 900, { share: "elsewhere" });
  const all = volumesOf(new Map([1, 3].map((id) => [id, { areas: [id === 1 ? first : other] }])));
  assert.deepEqual(
    all.map(({ place, isRead }) => [place, isRead]),
    [
      [{ deviceId: 1, area: 0, logical: 0 }, true],
      [{ deviceId: 1, area: 0, logical: 1 }, false],
    ],
  );
  assert.ok(notReadWords(thin, true).includes("thin"));
  const early = part("lvm", 900, { share: "unknown" });
  assert.equal(notReadWords(early, false), CATALOGUE["not-read.pending"]);
});

test("what is not read has a sentence of its own, and what is read has none", () => {
  const opens = readFileSync(join(root, "src/file_system/open.rs"), "utf8");
  const named = [...opens.matchAll(/Kind::(\w+)/g)].map(([, name]) => name);
  const kinds = readFileSync(join(root, "src/file_system/identify/volume.rs"), "utf8");
  const codes = [...kinds.matchAll(/Self::(\w+) => "([a-z0-9-]+)"/g)];
  assert.ok(named.length > 8 && codes.length > 25, `${named.length} of ${codes.length}`);
  for (const [, name, code] of codes) {
    const isRead = named.includes(name);
    if (!isRead) assert.equal(notReadWords(part(code, 1), false), CATALOGUE[`not-read.${code}`]);
    assert.equal(`not-read.${code}` in CATALOGUE, !isRead, code);
  }
});

test("files are read where a module of the core says that it does", () => {
  const isRead = (kind) => volumesOf(new Map([[1, { areas: [part(kind, 1)] }]]))[0].isRead;
  assert.deepEqual(["ext4", "ntfs", "luks2", null].map(isRead), [true, true, false, false]);
});

test("logical volumes stand in place of what they are in, and the largest comes first", () => {
  assert.deepEqual(
    volumesOf(contents).map(({ place: { deviceId, area, logical }, isRead }) => [
      ...[deviceId, area, logical, isRead],
    ]),
    [
      [1, 0, null, true],
      [1, 1, 0, true],
      [1, 1, 1, false],
      [1, 2, null, false],
      [2, 0, null, false],
    ],
  );
  assert.deepEqual(largestVolume(contents), { deviceId: 1, area: 1, logical: 0 });
  assert.equal(largestVolumeOn(contents, 2), null);
});

const archive = {
  file: { name: "a.vma.zst", size: 1 << 20 },
  overview: {
    container: "plain",
    findings: [],
    devices: [
      { id: 1, name: "drive-scsi1", size: 1 << 20 },
      { id: 2, name: "<b>secret</b>", size: 1 << 20 },
    ],
  },
  summary: null,
  leftOut: null,
  contents,
  trust: {},
  scan: { phase: "done", report: { findings: [], container: { findings: [] } } },
  elsewhere: { texts: null },
};

test("there is a tab for files where there is a file system that is read", () => {
  assert.deepEqual(tabsOf(archive), ["configuration", "files", "restore", "bytes", "details"]);
  assert.equal(tabOf(archive, "files"), "files");
  const none = { ...archive, contents: new Map([[2, contents.get(2)]]) };
  assert.deepEqual(tabsOf(none), ["configuration", "restore", "bytes", "details"]);
  assert.equal(tabOf(none, "files"), "configuration");
  // Damage is shown first all the same.
  const lost = { code: "cluster-missing", severity: "damage", count: 1, listed: 1 };
  const hurt = { ...archive, overview: { ...archive.overview, findings: [lost] } };
  assert.equal(tabOf(hurt, null), "damage");
});

test("the address holds the file system by numbers, and comes back as it was", () => {
  const of = (volume) => addressOf(archive, { tab: "files", look: null, volume });
  const area = { deviceId: 1, area: 2, logical: null };
  const logical = { deviceId: 2, area: 1, logical: 0 };
  assert.equal(of(area), "#part=files&disk=scsi1&volume=2");
  assert.equal(of(logical), "#part=files&disk=2&volume=1.0");
  assert.equal(of(null), "#part=files");
  assert.equal(addressOf(archive, { tab: "bytes", look: null, volume: area }), "#part=bytes");
  for (const volume of [area, logical, null]) {
    assert.deepEqual(placeOf(archive, of(volume)), { tab: "files", look: null, volume });
  }
  for (const hash of [
    "#part=files&disk=scsi7&volume=1",
    "#part=files&disk=scsi1",
    "#part=files&disk=scsi1&volume=-1",
    "#part=files&disk=scsi1&volume=1.",
    "#part=files&disk=scsi1&volume=99999",
  ]) {
    assert.equal(placeOf(archive, hash), null, hash);
  }
});

test("a file system that is chosen is shown, and another backup has none chosen", () => {
  const volume = { deviceId: 1, area: 0, logical: null };
  const chosen = changedScreen(FIRST_SCREEN, { type: "volume-chosen", volume });
  assert.deepEqual([chosen.tab, chosen.volume], ["files", volume]);
  const back = changedScreen(chosen, { type: "address-followed", tab: "details", look: null });
  assert.deepEqual([back.tab, back.volume], ["details", volume]);
  const first = { type: "address-followed", tab: "files", look: null, volume: null };
  assert.equal(changedScreen(chosen, first).volume, null);
  assert.equal(changedScreen(chosen, { type: "opened" }).volume, null);
});

const sorted = (items, by, isDown = false) => namesOf([...items].sort(comparison({ by, isDown })));

test("folders come first, numbers count as such, and what is alike goes by name", () => {
  const items = [
    item("file10", "file", 5, { modified: time(3) }),
    item("file9", "file", 7, { modified: time(1, 5) }),
    item("Äpfel", "file", 5, { modified: time(1, 7) }),
    item("zoo", "directory"),
    item("app", "directory"),
  ];
  assert.deepEqual(sorted(items, "name"), ["app", "zoo", "Äpfel", "file9", "file10"]);
  assert.deepEqual(sorted(items, "name", true), ["zoo", "app", "file10", "file9", "Äpfel"]);
  assert.deepEqual(sorted(items, "size"), ["app", "zoo", "Äpfel", "file10", "file9"]);
  assert.deepEqual(sorted(items, "size", true), ["app", "zoo", "file9", "Äpfel", "file10"]);
  assert.deepEqual(sorted(items, "modified", true).slice(2), ["file10", "Äpfel", "file9"]);
  const unknown = { entry: { ...item("gone").entry, node: null }, folders: null };
  assert.deepEqual(sorted([item("a", "file", 0), unknown], "size"), ["gone", "a"]);
});

test("a click on a head sorts by it, and a second one the other way round", () => {
  const first = clickedOrder({ by: "name", isDown: false }, "size");
  assert.deepEqual(first, { by: "size", isDown: true });
  assert.deepEqual(clickedOrder(first, "size"), { by: "size", isDown: false });
  assert.deepEqual(clickedOrder(first, "owner"), { by: "owner", isDown: false });
});

test("what comes in parts is in the order of a sort of all of it", () => {
  const all = Array.from({ length: 500 }, (_, at) =>
    item(`n${(at * 7919) % 503}`, at % 9 === 0 ? "directory" : "file", (at * 31) % 17),
  );
  for (const by of ["name", "size"]) {
    const compare = comparison({ by, isDown: by === "size" });
    let parts = [];
    for (let at = 0; at < all.length; at += 61) {
      parts = merged(parts, all.slice(at, at + 61), compare);
    }
    assert.deepEqual(namesOf(parts), namesOf([...all].sort(compare)));
  }
});

test("what is hidden is counted, and shown when it is wanted", () => {
  const items = new Items();
  items.add([item("a"), item("b", "file", 0, { isHidden: true })]);
  items.add([item(".c", "file", 0)]);
  assert.deepEqual([namesOf(items.shown), items.hidden, items.count], [["a"], 2, 3]);
  items.arrange({ by: "name", isDown: true }, true);
  assert.deepEqual([namesOf(items.shown), items.hidden], [["b", "a", ".c"], 0]);
  items.arrange({ by: "name", isDown: true }, false);
  // What was found in other folders is what was asked for.
  items.add([{ ...item(".d"), folders: [named("x")] }]);
  assert.deepEqual([namesOf(items.shown), items.hidden], [["a", ".d"], 2]);
  items.empty();
  assert.deepEqual([items.shown, items.count, items.order.isDown], [[], 0, true]);
});

test("letters jump to the next name that begins with them, and round to the first", () => {
  const items = ["bin", "Boot", "etc", "Österreich"].map((name) => item(name));
  assert.equal(jumpTo(items, "b", 0), 0);
  assert.equal(jumpTo(items, "b", 1), 1);
  assert.equal(jumpTo(items, "B", 2), 0);
  assert.equal(jumpTo(items, "ö", 0), 3);
  assert.equal(jumpTo(items, "x", 0), null);
});

test("of 100,000 rows those are there that are seen", () => {
  const seen = { room: 600, height: 30, count: 100_000 };
  assert.deepEqual(windowOf({ ...seen, top: 0 }), { first: 0, end: 21, shift: 0 });
  assert.deepEqual(windowOf({ ...seen, top: 500.5 }), { first: 500, end: 521, shift: 15 });
  const last = lastTop(seen);
  assert.equal(last, 99_980);
  assert.deepEqual(windowOf({ ...seen, top: last }), { first: 99_980, end: 100_000, shift: 0 });
  assert.deepEqual(windowOf({ ...seen, count: 0, top: 0 }), { first: 0, end: 0, shift: 0 });
  assert.deepEqual(windowOf({ room: 600, height: 30, count: 3, top: 0 }).end, 3);
  assert.equal(lastTop({ room: 600, height: 30, count: 3 }), 0);
});

test("the row with the focus is brought to where all of it is seen, and no further", () => {
  const seen = { room: 600, height: 30, count: 1000, top: 100 };
  assert.equal(topFor(100, seen), 100);
  assert.equal(topFor(119, seen), 100);
  assert.equal(topFor(120, seen), 101);
  assert.equal(topFor(99, seen), 99);
  assert.equal(topFor(999, seen), 980);
  // A room that is no whole number of rows.
  assert.equal(topFor(120, { ...seen, room: 610 }), 121 - 610 / 30);
});

const pressed = (key, how = {}) => ({
  ...{ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false },
  ...how,
});

test("keys move the focus within the list", () => {
  const list = { at: 50, count: 100, rows: 20, isTyping: false };
  const to = (key, more = {}) => moveOf(pressed(key), { ...list, ...more });
  const moves = {
    ...{ ArrowUp: 49, ArrowDown: 51, PageUp: 31, PageDown: 69, Home: 0, End: 99 },
  };
  for (const [key, at] of Object.entries(moves)) {
    assert.deepEqual(to(key), { to: at, isChoosing: false }, key);
  }
  assert.deepEqual(to("ArrowDown", { at: 99 }), { to: 99, isChoosing: false });
  assert.deepEqual(to("PageUp", { at: 3 }), { to: 0, isChoosing: false });
  assert.deepEqual(moveOf(pressed("End", { shiftKey: true }), list), { to: 99, isChoosing: true });
});

test("keys open, go up, choose and type, and leave the page its own", () => {
  const list = { at: 0, count: 9, rows: 20, isTyping: false };
  const of = (key, how, more) => moveOf(pressed(key, how), { ...list, ...more });
  assert.deepEqual(of("Enter"), { deed: "open" });
  assert.deepEqual(of("Backspace"), { deed: "up" });
  assert.deepEqual(of(" "), { deed: "choose" });
  assert.deepEqual(of(" ", {}, { isTyping: true }), { letter: " " });
  assert.deepEqual(of("a", { ctrlKey: true }), { deed: "all" });
  for (const letter of ["o", "1", "Ö", "😀", "."]) assert.deepEqual(of(letter), { letter });
  for (const key of ["/", "?", "Escape", "Tab", "F5"]) assert.equal(of(key), null, key);
  assert.equal(of("c", { ctrlKey: true }), null);
  assert.equal(of("ArrowUp", { altKey: true }), null);
});

test("one file is saved as it is, folders and several files as a tar, under their paths", () => {
  const file = item("a.txt", "file", 12);
  const folder = item("etc", "directory", 4096);
  const a = { id: 1n, path: [named("a.txt")], type: "file", size: 12 };
  assert.equal(wantedOf([folder], "tar").chosen[0].size, 0);
  assert.deepEqual(wantedOf([file], "tar"), { chosen: [a], form: "file" });
  assert.equal(wantedOf([folder], "tar").form, "tar");
  assert.equal(wantedOf([item("l", "link")], "tar").form, "tar");
  assert.equal(wantedOf([file, folder], "zip").form, "zip");
  const hit = itemOfHit({ path: [named("x"), named("y"), named("a.txt")], entry: file.entry });
  assert.deepEqual(hit.folders, [named("x"), named("y")]);
  assert.deepEqual(wantedOf([hit], "tar").chosen[0].path, [named("x"), named("y"), named("a.txt")]);
  const unknown = { entry: { ...file.entry, type: null, node: null }, folders: null };
  assert.deepEqual(wantedOf([unknown], "tar").chosen, []);
});

test("files that are hit are in the order of their paths, and told as a text", () => {
  const damaged = (path, more) => ({
    path: path.split("/").map((name) => named(name)),
    entry: { ...item(path.split("/").at(-1)).entry },
    ...{ lost: 0, inDoubt: 0, unknown: 0, fault: null },
    ...more,
  });
  const items = new Items();
  items.order = { by: "path", isDown: false };
  items.add(
    [
      damaged("srv/b", { lost: 4096, inDoubt: 512 }),
      damaged("srv/.a\n\u202e", { unknown: 1024 }),
      damaged("etc/list", { fault: { code: "file-lost", about: "block 7" } }),
    ].map(itemOfDamaged),
  );
  assert.deepEqual(namesOf(items.shown), ["list", ".a\n\u202e", "b"]);
  const [, first, second, third] = hitsText(items.shown, ["head"]).trim().split("\n");
  const lost = CATALOGUE["file-fault.file-lost"];
  assert.equal(first, "");
  assert.equal(second, `/etc/list\t${lost}\tfile-lost: block 7`);
  assert.equal(third, "/srv/.a\\u{a}\\u{202e}\t1 KiB not scanned");
  assert.match(hitsText(items.shown, []), /^\/srv\/b\t4 KiB lost · 512 bytes in doubt$/m);
});

test("what nobody can tell of the files that are hit is said", () => {
  const far = { things: 10, folders: 2, hit: 0, cut: 0, untold: 0 };
  assert.match(farWords(far, "done"), /^No file is hit/);
  assert.match(farWords({ ...far, things: 0, folders: 0 }, "done"), /^No byte of this file system/);
  assert.doesNotMatch(farWords(far, "stopped"), /^No file is hit/);
  assert.doesNotMatch(farWords({ ...far, untold: 1 }, "done"), /^No file is hit/);
  assert.match(farWords({ ...far, hit: 3 }, "cut"), /more than can be listed/);
  assert.equal(limitsOf(far).length, 1);
  assert.equal(limitsOf({ ...far, cut: 1, untold: 2 }).length, 3);
});

test("names are the same by their bytes, where they are no UTF-8", () => {
  const bytes = (...each) => Uint8Array.from(each);
  assert.ok(isSameName(named("a"), named("a")));
  assert.ok(!isSameName(named("a"), named("A")));
  assert.ok(!isSameName(named("\ufffd", bytes(0xe9)), named("\ufffd", bytes(0xe8))));
  assert.ok(!isSameName(named("\ufffd", bytes(0xe9)), named("\ufffd")));
  assert.ok(isSameName(named("\ufffd", bytes(0xe9)), named("\ufffd", bytes(0xe9))));
  assert.equal(nameBytes(named("\ufffd", bytes(0x63, 0xe9))), "63 e9");
});

test("modes are written as stat writes them", () => {
  const folder = mkdtempSync(join(tmpdir(), "vma-inspector-modes-"));
  try {
    const path = join(folder, "file");
    writeFileSync(path, "");
    for (const mode of [0o644, 0o4755, 0o4644, 0o2711, 0o2600, 0o1777, 0o1666, 0o7000, 0]) {
      chmodSync(path, mode);
      const [octal, letters] = String(execFileSync("stat", ["-c", "%a %A", path]))
        .trim()
        .split(" ");
      assert.equal(modeOctal(mode), octal.padStart(4, "0"));
      assert.equal(modeLetters(mode, "file"), letters);
    }
    const [, own] = String(execFileSync("stat", ["-c", "%a %A", folder]))
      .trim()
      .split(" ");
    assert.equal(modeLetters(0o700, "directory"), own);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("times say in which zone they are, or that nobody knows", () => {
  const of = (seconds, form) =>
    String(execFileSync("date", ["-u", "-d", `@${seconds}`, form])).trim();
  for (const seconds of [0, 1_714_979_289, -86_400 * 365 * 60, 4_294_967_296]) {
    assert.equal(longTime(time(seconds)), `${of(seconds, "+%Y-%m-%d %H:%M:%S")} UTC`);
    assert.equal(shortTime(time(seconds)), of(seconds, "+%Y-%m-%d %H:%M"));
  }
  assert.equal(longTime(time(0, 120_000_000)), "1970-01-01 00:00:00.12 UTC");
  const wall = longTime({ ...time(0), isLocal: true });
  assert.match(wall, /^1970-01-01 00:00:00, .*zone is not known$/);
  assert.match(longTime(time(9e15)), /9000000000000000 .*no date/);
  assert.deepEqual([longTime(null), shortTime(null)], [null, ""]);
});
