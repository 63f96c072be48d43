// What the Worker keeps of a file: what is found in it, and how much work that is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PieceCache } from "../../www/worker/source/piece-cache.js";

const HEADER = 512;
/** Bytes of a dense extent. */
const EXTENT = HEADER + 59 * 65_536;
const CACHE_BYTES = 32 << 20;

/** A piece that tells how often it was looked at, and notes that it was let go. */
class Watched {
  static looks = 0;
  static gone = [];
  streamed = false;
  #offset;

  constructor(offset, length) {
    this.#offset = offset;
    this.bytes = new Uint8Array(length);
  }

  get offset() {
    Watched.looks += 1;
    return this.#offset;
  }

  letGo() {
    Watched.gone.push(this.#offset);
  }

  static begin() {
    Watched.looks = 0;
    Watched.gone = [];
  }
}

const startOf = (piece) => piece?.offset;

/**
 * What a scan of a plain archive does for each of so many headers: looks whether it is
 * there, fetches it, reads it. Pieces looked at for each, and pieces let go.
 */
function scan(extents) {
  Watched.begin();
  const cache = new PieceCache(CACHE_BYTES);
  for (let number = 0; number < extents; number += 1) {
    const at = number * EXTENT;
    assert.equal(cache.at(at), undefined);
    assert.equal(cache.nextStart(at, at + HEADER), at + HEADER);
    cache.keep(new Watched(at, HEADER));
    assert.equal(startOf(cache.at(at + HEADER - 1)), at);
  }
  return { each: Watched.looks / extents, gone: Watched.gone.length };
}

test("a header takes as much work in an archive of 512 GiB as in one of 16 GiB", () => {
  const extentsOf = (gib) => Math.floor((gib * 2 ** 30) / EXTENT);
  const [small, large] = [extentsOf(16), extentsOf(512)];
  const few = scan(small);
  const many = scan(large);
  assert.equal(few.gone, 0);
  assert.equal(many.gone, large - CACHE_BYTES / HEADER);
  // Those that are let go are looked at once more, to be taken out.
  const letGo = (2 * many.gone) / large;
  assert.ok(many.each <= few.each + letGo, `${many.each} for each, ${few.each} in the small one`);
});

test("the piece that came last is found by each of its bytes, however far it reaches", () => {
  Watched.begin();
  const cache = new PieceCache(CACHE_BYTES);
  const long = new Watched(100_000, 4 << 20);
  const short = new Watched(200_000, 10);
  cache.keep(long);
  cache.keep(short);
  const end = 100_000 + (4 << 20);
  assert.deepEqual(
    [99_999, 100_000, 199_999, 200_000, 200_009, 200_010, end - 1, end].map((at) => cache.at(at)),
    [undefined, long, long, short, short, long, long, undefined],
  );
});

test("where the next piece begins is told across a long gap, and not beyond the end asked for", () => {
  const cache = new PieceCache(CACHE_BYTES);
  cache.keep(new Watched(1_000_000, 10));
  assert.equal(cache.nextStart(0, 2_000_000), 1_000_000);
  assert.equal(cache.nextStart(0, 999_999), 999_999);
  assert.equal(cache.nextStart(1_000_000, 2_000_000), 2_000_000);
});

test("the pieces that came first go first, and those of no use at once", () => {
  Watched.begin();
  const cache = new PieceCache(100);
  for (const offset of [500, 0, 300]) cache.keep(new Watched(offset, 40));
  assert.deepEqual(Watched.gone, [500]);
  cache.drop((piece) => piece.offset === 300);
  assert.deepEqual(Watched.gone, [500, 300]);
  assert.equal(cache.at(300), undefined);
  cache.keep(new Watched(700, 80));
  assert.deepEqual(Watched.gone, [500, 300, 0]);
  assert.equal(startOf(cache.at(779)), 700);
});
