// The view of bytes: where its bar stands, what is written into its fields, what fields of
// headers say; the address; and the keys.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
import { root } from "../../www/build/tools.mjs";
import { deedOf, isWritingIn } from "../../www/page/keys.js";
import { placeOfFinding } from "../../www/page/looked-at.js";
import { Looking, PART } from "../../www/page/looking.js";
import { asHex, asText, needleOf, placeIn } from "../../www/views/hex/read.js";
import { MOST_PIXELS, rowAfter, trackOf } from "../../www/views/hex/track.js";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { addressOf, placeOf } = await built("page/address.js");
const { namedIn } = await built("page/named.js");
const { changedScreen, FIRST_SCREEN } = await built("page/screen.js");
const { fieldValue } = await built("views/hex/field-value.js");
const { CATALOGUE, loadLater } = await built("words/catalogue.js");
await loadLater();

const HEIGHT = 24;

test("a short file is scrolled pixel by pixel", () => {
  const track = trackOf(100, HEIGHT);
  assert.deepEqual([track.pixels, track.isMapped], [2400, false]);
  assert.equal(track.rowAt(240), 10);
  assert.equal(track.pixelsOf(10), 240);
  assert.equal(track.rowAt(9999), 100);
});

test("of 16 TiB each row can be scrolled to, and the bar goes one way", () => {
  const rows = 2 ** 40;
  const track = trackOf(rows, HEIGHT);
  assert.equal(track.pixels, MOST_PIXELS);
  assert.deepEqual([track.rowAt(0), track.rowAt(MOST_PIXELS)], [0, rows]);
  // Near the ends a pixel is a pixel.
  assert.equal(track.rowAt(HEIGHT * 3), 3);
  assert.equal(track.rowAt(MOST_PIXELS - HEIGHT * 3), rows - 3);
  let last = -1;
  for (let pixels = 0; pixels <= MOST_PIXELS; pixels += 10_007) {
    const row = track.rowAt(pixels);
    assert.ok(row > last, `at ${pixels}`);
    assert.ok(Math.abs(track.pixelsOf(row) - pixels) < 1, `at ${pixels}`);
    last = row;
  }
  // From the middle a turn of the wheel leads a few rows on, not thousands.
  const from = track.pixelsOf(rows / 2);
  const moved = { from, to: from + 3 * HEIGHT, shown: 576, height: HEIGHT };
  assert.equal(rowAfter(track, rows / 2, moved), rows / 2 + 3);
  const jump = rowAfter(track, rows / 2, { ...moved, to: from + 100_000 });
  assert.equal(jump, track.rowAt(from + 100_000));
});

test("a place is read as people write it", () => {
  for (const [written, expected] of [
    ["4096", 4096],
    [" 0x1F000 ", 0x1f000],
    ["64k", 65_536],
    ["64 KiB", 65_536],
    ["1.5 GiB", 1_610_612_736],
    ["1,5 MiB", 1_572_864],
    ["2T", 2 * 2 ** 40],
    ["0", 0],
    ["1.5", null],
    ["", null],
    ["-1", null],
    ["0x", null],
    ["5 GB2", null],
    ["9999999999999999", null],
  ]) {
    assert.equal(placeIn(written), expected, written);
  }
});

test("what is sought is read as text, as UTF-16 and as hex digits", () => {
  assert.deepEqual([...needleOf("ä", "text")], [...Buffer.from("ä", "utf8")]);
  assert.deepEqual([...needleOf("äb", "utf16")], [...Buffer.from("äb", "utf16le")]);
  for (const written of ["564d 41 45", "0x56, 0x4D, 0x41, 0x45", "56:4d:41:45"]) {
    assert.deepEqual([...needleOf(written, "bytes")], [0x56, 0x4d, 0x41, 0x45], written);
  }
  for (const written of ["5", "xy", ""]) assert.equal(needleOf(written, "bytes"), null);
});

test("what is copied does not make up what is not there", () => {
  const bytes = new Uint8Array([0x41, 0, 0x42]);
  const isThere = (at) => at !== 1;
  assert.equal(asHex(bytes, isThere), "41 -- 42");
  assert.equal(asText(bytes, isThere), "A\ufffdB");
  assert.equal(
    asText(new Uint8Array(Buffer.from("Größe")), () => true),
    "Größe",
  );
});

test("values of fields are told as they stand in the specification", () => {
  const told = (form, hex) =>
    fieldValue({ form, length: hex.length / 2 }, Buffer.from(hex, "hex"), (id) =>
      id === 2 ? "drive-scsi0" : null,
    );
  assert.equal(told("number", "00003000"), "12,288 (0x3000)");
  assert.equal(told("number", "ffffffffffffffff"), "18446744073709551615 (0xffffffffffffffff)");
  assert.equal(told("little-number", "0c00"), "12 (0xc)");
  assert.equal(told("time", "00000000663886f9"), "2024-05-06 07:30:01 UTC");
  assert.equal(told("device", "02"), "2: drive-scsi0");
  assert.match(told("device", "00"), /empty/);
  // Bit 0 is the first block.
  assert.match(told("mask", "8001"), /^1000000000000001, .* 2 of 16/);
  assert.equal(
    told("uuid", "00112233445566778899aabbccddeeff"),
    "00112233-4455-6677-8899-aabbccddeeff",
  );
  assert.equal(told("text", "564d4100"), "VMA.");
  assert.equal(told("unused", "00"), null);
});

test("every field of the core has its words, and no words are left over", () => {
  const source = readFileSync(join(root, "src/archive/field.rs"), "utf8").split("#[cfg(test)]")[0];
  const tables = [...source.matchAll(/\b(?:once|each)\("([a-z0-9-]+)"/g)].map(([, code]) => code);
  const others = ["blob", "blob-length", "blob-unused", "padding"];
  const users = [...source.matchAll(/\("([a-z-]+-blob)"/g)].map(([, code]) => code);
  for (const code of others) assert.ok(source.includes(`"${code}"`), code);
  const codes = [...new Set([...tables, ...others, ...users])];
  assert.ok(codes.length > 25, `${codes.length} codes`);
  const wanted = codes.flatMap((code) => [`field.${code}`, `field.${code}-means`]).sort();
  const there = Object.keys(CATALOGUE).filter((key) => key.startsWith("field."));
  assert.deepEqual(there, wanted);
});

const devices = [
  { id: 1, name: "drive-scsi1", size: 1 << 20 },
  { id: 2, name: "<b>secret</b> & name", size: 1 << 20 },
];
const archive = {
  file: { name: "a.vma.zst", size: 1 << 20 },
  overview: { container: "zstd", devices },
  summary: null,
  leftOut: null,
};

test("the address holds view and place, and no name out of the file", () => {
  const of = (look) => addressOf(archive, { tab: "bytes", look });
  assert.equal(of({ of: 1, at: 4096 }), "#part=bytes&disk=scsi1&at=4096");
  assert.equal(of({ of: 2, at: 7 }), "#part=bytes&disk=2&at=7");
  assert.equal(of({ of: "archive", at: 7 }), "#part=bytes&at=7");
  assert.equal(of({ of: "file", at: 7 }), "#part=bytes&of=file&at=7");
  assert.equal(addressOf(archive, { tab: "details", look: { of: 1, at: 1 } }), "#part=details");
  assert.equal(addressOf(archive, { tab: null, look: null }), "");
  const onServer = { ...archive, file: { ...archive.file, address: "/dump/a b&c.vma" } };
  const named = addressOf(onServer, { tab: "bytes", look: { of: 1, at: 7 } });
  assert.equal(named, "#open=/dump/a+b%26c.vma&part=bytes&disk=scsi1&at=7");
  assert.equal(namedIn(named), "/dump/a b&c.vma");
  assert.deepEqual(placeOf(onServer, named), { tab: "bytes", look: { of: 1, at: 7 } });
  for (const look of [
    { of: 1, at: 4096 },
    { of: 2, at: 7 },
    { of: "archive", at: 7 },
    { of: "file", at: 7 },
  ]) {
    assert.deepEqual(placeOf(archive, of(look)), { tab: "bytes", look });
  }
});

test("an address of what is not there is ignored", () => {
  for (const hash of [
    "#disk=scsi7&at=1",
    "#part=bytes&disk=scsi7",
    "#disk=scsi1&at=1048576",
    "#disk=scsi1&at=-1",
    "#disk=scsi1&at=1e3",
    "#part=nothing",
    "#main",
    "#at=99999999999999999",
    "",
  ]) {
    assert.equal(placeOf(archive, hash), null, hash);
  }
  assert.deepEqual(placeOf(archive, "#disk=scsi1"), { tab: "bytes", look: { of: 1, at: 0 } });
  assert.deepEqual(placeOf(archive, "#disk=scsi1&at=0x10"), {
    tab: "bytes",
    look: { of: 1, at: 16 },
  });
  assert.deepEqual(placeOf(archive, "#part=details"), { tab: "details", look: null });
});

test("a place that is chosen is looked at in the part for bytes", () => {
  const chosen = changedScreen(FIRST_SCREEN, { type: "placeChosen", of: 1, offset: 5 });
  assert.deepEqual([chosen.tab, chosen.look], ["bytes", { of: 1, at: 5 }]);
  const back = changedScreen(chosen, { type: "address-followed", tab: null, look: null });
  assert.deepEqual([back.tab, back.look], [null, chosen.look]);
  assert.equal(changedScreen(chosen, { type: "opened" }).look, null);
});

test("findings lead to the archive, to the disk, or to the file", () => {
  const none = { offset: null, deviceId: null, cluster: null };
  assert.deepEqual(placeOfFinding({ ...none, offset: 9, deviceId: 1, cluster: 2 }), {
    of: "archive",
    at: 9,
  });
  assert.deepEqual(placeOfFinding({ ...none, deviceId: 3, cluster: 2 }), { of: 3, at: 131_072 });
  assert.equal(placeOfFinding({ ...none, deviceId: 3 }), null);
  assert.deepEqual(placeOfFinding({ layer: 0, offset: 5, archiveOffset: 50 }), {
    of: "file",
    at: 5,
  });
  assert.deepEqual(placeOfFinding({ layer: 1, offset: 5, archiveOffset: 50 }), {
    of: "archive",
    at: 50,
  });
});

const pressed = (key, how = {}) => ({
  ...{ key, ctrlKey: false, altKey: false, metaKey: false, repeat: false },
  ...{ isComposing: false, defaultPrevented: false, ...how },
});
const calm = { isWriting: false, isWanted: true };

test("single keys do what the list says", () => {
  const deeds = { "?": "help", o: "open", c: "config", s: "save", "/": "search", Escape: "escape" };
  for (const [key, does] of Object.entries(deeds)) {
    assert.deepEqual(deedOf(pressed(key), calm), { does }, key);
  }
  for (const number of [1, 9]) {
    assert.deepEqual(deedOf(pressed(String(number)), calm), { does: "disk", number });
  }
  for (const key of ["0", "x", "O", "Enter", "F1"]) assert.equal(deedOf(pressed(key), calm), null);
});

test("no key does anything while something is written, with another key, held down, or switched off", () => {
  for (const how of ["ctrlKey", "altKey", "metaKey", "repeat", "isComposing", "defaultPrevented"]) {
    for (const key of ["o", "?", "1", "Escape"]) {
      assert.equal(deedOf(pressed(key, { [how]: true }), calm), null, `${how} ${key}`);
    }
  }
  for (const where of [{ isWriting: true }, { isWanted: false }]) {
    assert.equal(deedOf(pressed("o"), { ...calm, ...where }), null);
    assert.equal(deedOf(pressed("3"), { ...calm, ...where }), null);
    // It is no character.
    assert.deepEqual(deedOf(pressed("Escape"), { ...calm, ...where }), { does: "escape" });
  }
});

test("fields that take letters are told from those that do not", () => {
  const input = (type) => ({ tagName: "INPUT", type });
  for (const type of ["text", "search", "number"]) assert.ok(isWritingIn(input(type)), type);
  for (const type of ["checkbox", "radio", "file"]) assert.ok(!isWritingIn(input(type)), type);
  assert.ok(isWritingIn({ tagName: "TEXTAREA" }) && isWritingIn({ tagName: "select" }));
  assert.ok(isWritingIn({ tagName: "DIV", isContentEditable: true }));
  assert.ok(!isWritingIn({ tagName: "DIV" }) && !isWritingIn(null));
});

test("a part is asked for once, and again when more is known", async () => {
  const asked = [];
  const looking = new Looking({
    request: async (kind, ask) => {
      asked.push([kind, ask.offset]);
      return {
        bytes: new Uint8Array(PART),
        stretches: [],
        size: PART,
        isWhole: true,
        offset: ask.offset,
      };
    },
  });
  await Promise.all([looking.part(1, "file", 3), looking.part(1, "file", 3)]);
  await looking.part(1, "file", 3);
  assert.deepEqual(asked, [["bytes", 3 * PART]]);
  assert.ok(looking.kept(1, "file", 3) && !looking.kept(2, "file", 3) && !looking.kept(1, 3, 3));
  looking.forget();
  assert.equal(looking.kept(1, "file", 3), null);
  await looking.part(1, "file", 3);
  assert.equal(asked.length, 2);
});
