// What the Worker asks a server for: each byte once, little before a person wants more, and
// nothing synchronously of a server that does wrong.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { RangeSource } from "../../www/worker/source/range-source.js";

const MIB = 1024 * 1024;
const URL_OF = "https://example.org/dump/a.vma";
const SIZE = 40 * MIB + 12_345;

/** Byte `at` of the file that is asked for. */
const byteAt = (at) => (at * 31 + Math.floor(at / 65_536)) % 251;

/** What was asked for, in order; `sync` of what was asked for synchronously. */
let asked = [];
/** How the next requests are answered instead: a status, or "cut"; null is rightly. */
let wrong = [];

function answerTo(range, sync) {
  const [, from, last] = /^bytes=(\d+)-(\d+)$/.exec(range);
  const [start, end] = [Number(from), Number(last) + 1];
  asked.push({ start, end, sync });
  const fault = wrong.shift() ?? null;
  const bytes = Uint8Array.from({ length: end - start }, (_, index) => byteAt(start + index));
  return {
    status: typeof fault === "number" ? fault : 206,
    bytes: fault === "cut" ? bytes.subarray(1) : bytes,
    headers: new Headers({ ETag: `"one"`, "Content-Range": `bytes ${from}-${last}/${SIZE}` }),
  };
}

async function fetchOf(url, { headers, signal }) {
  signal.throwIfAborted();
  const { status, bytes, headers: given } = answerTo(headers.Range, false);
  if (status === 0) throw new TypeError("there is no way to it");
  const response = new Response(bytes, { status, headers: given });
  Object.defineProperty(response, "url", { value: url });
  return response;
}

class Synchronous {
  open(_, url) {
    this.responseURL = url;
  }

  setRequestHeader(name, value) {
    if (name === "Range") this.range = value;
  }

  getResponseHeader(name) {
    return this.headers.get(name);
  }

  send() {
    const { status, bytes, headers } = answerTo(this.range, true);
    if (status === 0) throw new DOMException("", "NetworkError");
    Object.assign(this, { status, headers, response: bytes.slice().buffer });
  }
}

const { fetch } = globalThis;
beforeEach(() => {
  [asked, wrong] = [[], []];
  Object.assign(globalThis, { fetch: fetchOf, XMLHttpRequest: Synchronous });
});
afterEach(() => {
  Object.assign(globalThis, { fetch, XMLHttpRequest: undefined });
});

const never = new AbortController().signal;

const sourceOf = () =>
  new RangeSource({
    ...{ name: "a.vma", size: SIZE, lastModified: 0, url: URL_OF, address: "/dump/a.vma" },
    ...{ etag: `"one"`, modified: null },
  });

/** Holds what is read against the file. */
function readRightly(source, offset, length) {
  const bytes = source.read(offset, length);
  assert.equal(bytes.length, Math.min(length, SIZE - offset));
  for (const [index, byte] of bytes.entries()) {
    if (byte !== byteAt(offset + index)) assert.fail(`byte ${offset + index}`);
  }
}

/** A source of which a person wants all. */
async function wantedSource() {
  const source = sourceOf();
  await source.asked({ kind: "save" });
  return source;
}

const SCAN = { kind: "scan", keep: false, fresh: false, forSaves: false };

test("a file that is read in order is asked for once, ahead of the reads", async () => {
  const source = await wantedSource();
  readRightly(source, 0, 512);
  const beginning = asked.splice(0);
  assert.ok(beginning.every(({ sync }) => sync));
  for (let at = 512; at < SIZE; at += 300_000) {
    await source.readAhead();
    readRightly(source, at, 300_000);
  }
  assert.ok(asked.every(({ sync }) => !sync));
  const inOrder = asked.toSorted((a, b) => a.start - b.start);
  for (const [index, { start }] of inOrder.entries()) {
    assert.equal(start, index === 0 ? 0 : inOrder[index - 1].end);
  }
  assert.equal(inOrder.at(-1).end, SIZE);
  source.endReadAhead();
});

test("ranges that lie close are asked for as one, and what is there is not asked for", async () => {
  const source = await wantedSource();
  const wanted = [5 * MIB, 512, 5 * MIB + 10_000, 512, 20 * MIB, 512];
  await source.prefetch(wanted, never);
  assert.deepEqual(
    asked.map(({ start, end }) => [start, end]),
    [
      [5 * MIB, 5 * MIB + 10_512],
      [20 * MIB, 20 * MIB + 512],
    ],
  );
  await source.prefetch(wanted, never);
  for (let index = 0; index < wanted.length; index += 2) {
    readRightly(source, wanted[index], wanted[index + 1]);
  }
  assert.equal(asked.length, 2);
});

test("until a person wants more, little is asked for, and that is told as given up", async () => {
  const source = sourceOf();
  await source.begin();
  await source.asked(SCAN);
  const readOn = () => {
    for (let at = 0; at < SIZE; at += MIB / 2) source.read(at, 512);
  };
  for (let round = 0; round < 10; round += 1) assert.throws(readOn, { name: "NotReadableError" });
  for (const kind of ["diskContents", "trust", "beginsLike"]) await source.asked({ kind });
  assert.throws(readOn, { name: "NotReadableError" });
  assert.equal(source.fault.code, "aborted");
  const bytes = asked.reduce((sum, { start, end }) => sum + end - start, 0);
  assert.ok(asked.length <= 23 && bytes <= 3.5 * MIB, `${asked.length} requests, ${bytes} bytes`);
  // A second scan is a person's.
  await source.asked(SCAN);
  readOn();
  assert.equal(source.fault, null);
});

test("a server that is out of reach for a moment is asked again", async () => {
  const source = await wantedSource();
  wrong = [0, "cut", 503];
  await source.prefetch([0, 4096], never);
  assert.deepEqual([asked.length, source.fault], [4, null]);
  readRightly(source, 0, 4096);
});

test("of one that does wrong nothing is asked synchronously, until it does right", async () => {
  const source = await wantedSource();
  wrong = [200];
  await source.prefetch([0, 4096], never);
  assert.equal(source.fault.code, "remote-no-parts");
  asked.length = 0;
  for (let round = 0; round < 3; round += 1) {
    assert.throws(() => source.read(0, 512), { name: "NotReadableError" });
  }
  assert.deepEqual(asked, []);
  // What the page asks by itself changes nothing; what a person does finds out.
  await source.asked({ kind: "diskContents" });
  assert.deepEqual(asked, []);
  wrong = [200];
  await source.asked({ kind: "bytes" });
  assert.throws(() => source.read(0, 512), { name: "NotReadableError" });
  await source.asked({ kind: "bytes" });
  readRightly(source, 0, 512);
});

test("what cannot be read is told as the server's fault, and nothing else is", async () => {
  const source = await wantedSource();
  wrong = [404];
  assert.throws(() => source.read(0, 512), { name: "NotReadableError" });
  const unreadable = Object.assign(new Error(""), { name: "VmaError", code: "source-unreadable" });
  assert.equal(source.told(unreadable).failure.code, "remote-missing");
  const other = Object.assign(new Error(""), { name: "VmaError", code: "no-room" });
  assert.equal(source.told(other), other);
});

test("what is given up is no fault, and ends at once", async () => {
  const source = await wantedSource();
  const abort = new AbortController();
  wrong = [0];
  const fetched = source.prefetch([0, 4096], abort.signal);
  abort.abort();
  await fetched;
  assert.ok(asked.length <= 1);
});
