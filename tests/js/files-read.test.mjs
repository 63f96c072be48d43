// What is read of the files in the disks: what their bytes are told to be, and how folders,
// files and hits come from the Worker in parts.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
import { root } from "../../www/build/tools.mjs";
import { item, named, namesOf } from "./file-items.mjs";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { Files, PART_MAX } = await built("page/files.js");
const { decoded, formOf, pictureSize, pictureType } = await built("views/files/decode.js");
const { findBelow, listFolder } = await built("views/files/lister.js");

/** A text as another program encodes it. */
const encoded = (text, encoding) =>
  new Uint8Array(execFileSync("iconv", ["-f", "UTF-8", "-t", encoding], { input: text }));

test("texts are told by their bytes, and shown in their encoding", () => {
  const text = "Größe: 5 €\r\n\tžluťoučký\n";
  // Node takes 0x80 to 0x9f for controls, as ISO 8859-1 has them: browsers are tested with those.
  const western = "Größe: 5 £\r\n";
  const utf8 = encoded(text, "UTF-8");
  assert.equal(formOf(utf8, false), "utf-8");
  assert.equal(decoded(utf8, "utf-8", false), text);
  const cp1252 = encoded(western, "CP1252");
  assert.equal(formOf(cp1252, false), "windows-1252");
  assert.equal(decoded(cp1252, "windows-1252", false), western);
  for (const [name, mark, form] of [
    ["UTF-16LE", [0xff, 0xfe], "utf-16le"],
    ["UTF-16BE", [0xfe, 0xff], "utf-16be"],
  ]) {
    const bytes = Uint8Array.from([...mark, ...encoded(text, name)]);
    assert.equal(formOf(bytes, false), form);
    assert.equal(decoded(bytes, form, false), text);
  }
});

test("a character that is cut in two at the end of a part is no fault, elsewhere it is one", () => {
  const bytes = encoded("abc€", "UTF-8").subarray(0, 5);
  assert.equal(formOf(bytes, true), "utf-8");
  assert.equal(decoded(bytes, "utf-8", true), "abc");
  assert.equal(decoded(bytes, "utf-8", false), null);
  assert.notEqual(formOf(bytes, false), "utf-8");
});

test("what is no text is shown as bytes", () => {
  assert.equal(formOf(Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]), false), "bytes");
  assert.equal(formOf(Uint8Array.from([0x61, 0, 0x62]), false), "bytes");
  assert.equal(formOf(Uint8Array.from([1, 2, 3, 4, 5]), false), "bytes");
  assert.equal(formOf(new TextEncoder().encode("<svg xmlns='x'/>"), false), "utf-8");
  assert.equal(formOf(new TextEncoder().encode("a".repeat(300) + "\u0007"), false), "utf-8");
});

const base64 = (words) => [...Buffer.from(words, "base64")];
/** Chunks of files that Chromium 156 wrote, of 37 by 21 points, each in a file by itself. */
const WEBP = {
  "VP8 ":
    "VlA4IDgAAAAwAwCdASolABUAP3G202G0ryqmJWgCkC4JZwDOOA8KmggAAP7fgD9SsIbssf64ubH3OUFFQAAAAA==",
  VP8L: "VlA4TBEAAAAvJAAFAAdQrVIUuf+BiOh/AAA=",
  VP8X: "VlA4WAoAAAAgAAAAJAAAFAAA",
};

test("how large a picture is shows before it is unpacked", () => {
  const ascii = (text) => [...Buffer.from(text, "latin1")];
  const told = (...bytes) => {
    const all = Uint8Array.from(bytes);
    return [pictureType(all), pictureSize(all)];
  };
  const own = { width: 37, height: 21 };
  for (const chunk of Object.values(WEBP)) {
    const bytes = base64(chunk);
    const length = [bytes.length + 4, 0, 0, 0];
    const all = [...ascii("RIFF"), ...length, ...ascii("WEBP"), ...bytes];
    assert.deepEqual(told(...all), ["image/webp", own]);
  }
  // ISO/IEC 10918-1, B.2: SOI, APP0, DHT with a fill byte before it, and a frame.
  const jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xc4, 0, 3, 0];
  const frame = [0xff, 0xc2, 0, 17, 8, 0, 21, 0, 37, 3];
  assert.deepEqual(told(...jpeg, ...frame), ["image/jpeg", own]);
  assert.deepEqual(told(...jpeg), ["image/jpeg", null]);
  assert.deepEqual(told(...ascii("GIF89a"), 37, 0, 21, 0, 0, 0, 0), ["image/gif", own]);
  const bmp = [...ascii("BM"), 99, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0];
  const down = [0xeb, 0xff, 0xff, 0xff];
  assert.deepEqual(told(...bmp, 40, 0, 0, 0, 37, 0, 0, 0, ...down), ["image/bmp", own]);
  assert.deepEqual(told(...bmp, 12, 0, 0, 0, 37, 0, 21, 0), ["image/bmp", own]);
  const picture = readFileSync(join(root, "www/build/picture.png"));
  const [, width, height] = /(\d+) x (\d+)/.exec(
    String(execFileSync("file", ["-b", join(root, "www/build/picture.png")])),
  );
  assert.deepEqual(told(...picture.subarray(0, 64)), [
    "image/png",
    { width: Number(width), height: Number(height) },
  ]);
  assert.deepEqual(told(...ascii("BM is how this text begins, which is no picture")), [null, null]);
});

const of = { archive: 1, volume: { deviceId: 1, area: 0, logical: null } };
const wait = () => ({ signal: new AbortController().signal });

/** A Worker with one folder of so many entries, given in parts of so many. */
function workerWith(count, size) {
  const asked = [];
  const request = async (kind, ask, { signal, onProgress } = {}) => {
    asked.push([kind, ask]);
    onProgress?.({ done: 1, total: 2 });
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    const from = Number(ask.cursor ?? 0n);
    const to = Math.min(count, from + size);
    const entries = Array.from({ length: to - from }, (_, at) => item(`e${from + at}`).entry);
    return { entries, next: to < count ? BigInt(to) : null, leftOut: 1, fault: null };
  };
  return { request, asked };
}

test("a folder of 100,000 entries comes in parts, each once, and is asked for once", async () => {
  const worker = workerWith(100_000, 3000);
  const files = new Files(worker);
  const seen = [];
  let last = null;
  await listFolder(
    files,
    { of, id: 7n },
    {
      ...wait(),
      onProgress: () => {},
      arrived: (more, listing) => {
        seen.push(...namesOf(more));
        last = listing;
      },
    },
  );
  assert.equal(seen.length, 100_000);
  assert.equal(new Set(seen).size, 100_000);
  assert.deepEqual([last.isWhole, last.leftOut, last.fault], [true, 34, null]);
  assert.equal(worker.asked.length, 34);
  assert.deepEqual(worker.asked[1], ["folder", { ...of, node: 7n, cursor: 3000n }]);
  await files.more(of, 7n, wait());
  assert.equal(worker.asked.length, 34);
  files.forget();
  assert.equal(files.folder(of, 7n).entries.length, 0);
});

test("a folder that two ask for at once has each entry once", async () => {
  const files = new Files(workerWith(100, 10));
  await Promise.all([files.more(of, 7n, wait()), files.more(of, 7n, wait())]);
  assert.equal(files.folder(of, 7n).entries.length, 10);
  const found = await files.find(of, 7n, named("e42"), wait());
  assert.equal(found.name.text, "e42");
  // No more than it takes.
  assert.equal(files.folder(of, 7n).entries.length, 50);
  assert.equal(await files.find(of, 7n, named("no such"), wait()), null);
  assert.ok(files.folder(of, 7n).isWhole);
});

test("going elsewhere stops a listing, and coming back goes on where it was", async () => {
  const worker = workerWith(9000, 1000);
  const files = new Files(worker);
  const leaving = new AbortController();
  const list = (signal, arrived) =>
    listFolder(files, { of, id: 7n }, { signal, onProgress: () => {}, arrived });
  await assert.rejects(
    list(leaving.signal, () => leaving.abort()),
    { name: "AbortError" },
  );
  const before = files.folder(of, 7n).entries.length;
  assert.ok(before >= 1000 && before < 9000, `${before}`);
  const seen = [];
  await list(wait().signal, (more) => seen.push(...namesOf(more)));
  assert.equal(new Set(seen).size, 9000);
  assert.equal(seen.length, 9000);
  const cursors = worker.asked.map(([, { cursor }]) => cursor);
  assert.equal(cursors.filter((cursor) => cursor === null).length, 1);
});

test("a folder that leads round in circles ends, with a fault", async () => {
  const part = { entries: [item("a").entry], next: 5n, leftOut: 0, fault: null };
  const files = new Files({ request: async () => part });
  const listing = await files.more(of, 1n, wait());
  assert.equal(listing.isWhole, false);
  await files.more(of, 1n, wait());
  assert.deepEqual([listing.isWhole, listing.fault.code], [true, "file-corrupt"]);
});

test("the beginning of a file comes in parts, and ends before a fault", async () => {
  const asked = [];
  const fault = { code: "file-lost", about: "" };
  const request = async (_, { offset, length }) => {
    asked.push([offset, length]);
    const isLast = offset > 0;
    const bytes = new Uint8Array(isLast ? 10 : length).fill(isLast ? 2 : 1);
    return { bytes, fault: isLast ? fault : null };
  };
  const told = await new Files({ request }).beginning(of, 1n, 3 * PART_MAX, wait());
  assert.deepEqual(asked, [
    [0, PART_MAX],
    [PART_MAX, PART_MAX],
  ]);
  assert.deepEqual([told.bytes.length, told.bytes[0], told.bytes.at(-1)], [PART_MAX + 10, 1, 2]);
  assert.equal(told.fault, fault);
});

test("hits are told while a search goes on, and those until it is stopped are kept", async () => {
  const stopping = new AbortController();
  const request = async (kind, ask, { signal, onProgress }) => {
    assert.deepEqual([kind, ask.letters], ["findFiles", "e"]);
    for (let at = 0; at < 5; at += 1) {
      if (at === 3) stopping.abort();
      signal.throwIfAborted();
      const hits = [{ path: [named("d"), named(`e${at}`)], entry: item(`e${at}`).entry }];
      onProgress({ hits, folders: at + 1, entries: 9, faults: 0 });
    }
    return { isCut: false };
  };
  const seen = [];
  let far = null;
  const wanted = { ...of, node: 1n, letters: "e" };
  const finding = findBelow(new Files({ request }), wanted, {
    signal: stopping.signal,
    arrived: (more, now) => {
      seen.push(...namesOf(more));
      far = now;
    },
  });
  await assert.rejects(finding, { name: "AbortError" });
  assert.deepEqual(seen, ["e0", "e1", "e2"]);
  assert.deepEqual(far, { folders: 3, faults: 0 });
});
