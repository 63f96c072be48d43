// Where the kinds of clusters come to stand in a strip, to the pixel.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, fileBlocks, ticksOf } from "../../www/views/strip/file-layout.js";
import {
  cellAt,
  diskRuns,
  edge,
  KINDS,
  kindOf,
  stretchAt,
  stretchesOf,
} from "../../www/views/strip/layout.js";
import { panned, showing, wholeOf, zoomed } from "../../www/views/strip/window.js";

const LETTERS = { F: "full", P: "partial", z: "zero", L: "missing", D: "doubt", u: "unseen" };

/** A picture with one cluster a cell, of these kinds; `scale` clusters in each. */
function picture(letters, { from = 0, scale = 1 } = {}) {
  const counts = [...letters].flatMap((letter) =>
    KINDS.map((kind) => (LETTERS[letter] === kind ? scale : 0)),
  );
  const cells = letters.length;
  const places = Array(cells * 2).fill(-1);
  return { from, to: from + cells * scale, cells, counts, places };
}

/** The runs as text, one letter a pixel. */
function drawn(letters, width, { window, ...how } = {}) {
  const of = picture(letters, how);
  const runs = diskRuns(of, window ?? { from: of.from, to: of.to }, width);
  let at = 0;
  const text = runs.map(({ from, to, kind }) => {
    assert.equal(from, at, "without a gap");
    assert.ok(to > from, "none is empty");
    at = to;
    const letter = Object.keys(LETTERS).find((each) => LETTERS[each] === kind);
    return letter.repeat(to - from);
  });
  assert.equal(at, width, "to the end");
  return text.join("");
}

test("each cell is drawn where it is, in its kind", () => {
  assert.equal(drawn("FPzLDu", 30), "FFFFFPPPPPzzzzzLLLLLDDDDDuuuuu");
  assert.equal(drawn("Fz", 10, { scale: 1000 }), "FFFFFzzzzz");
  assert.equal(drawn("FFzz", 4), "FFzz");
});

test("a loss is three pixels wide, however small it is, in the middle and at both ends", () => {
  assert.equal(drawn("F".repeat(500) + "L" + "F".repeat(500), 9), "FFFLLLFFF");
  assert.equal(drawn("L" + "F".repeat(999), 9), "LLLFFFFFF");
  assert.equal(drawn("F".repeat(999) + "L", 9), "FFFFFFLLL");
  assert.equal(drawn("F".repeat(998) + "LF", 9), "FFFFFFLLL");
  assert.equal(drawn("FFFLFFFFFF", 10), "FFLLLFFFFF");
  assert.equal(drawn("FFFLLFFFFF", 10), "FFLLLFFFFF");
  assert.equal(drawn("FFLLLLFFFF", 10), "FFLLLLFFFF", "one that is wide enough stays as it is");
});

test("a loss takes room from doubt, and doubt from nothing that is lost", () => {
  assert.equal(drawn("FFFFDFFFFF", 10), "FFFDDDFFFF");
  assert.equal(drawn("FFFDLDFFFF", 10), "FFDLLLDFFF");
  assert.equal(drawn("LLLDLLL", 7), "LLLDLLL");
});

test("a strip that is narrower than a loss is wide shows nothing else", () => {
  assert.equal(drawn("FFLFF", 2), "LL");
  assert.equal(drawn("FFLFF", 1), "L");
  assert.deepEqual(diskRuns(picture(""), { from: 0, to: 0 }, 10), []);
});

test("a pixel with a part of several kinds is of the worst of them, or partly stored", () => {
  assert.equal(kindOf([5, 0, 0, 1, 9, 9]), "missing");
  assert.equal(kindOf([5, 0, 0, 0, 1, 9]), "doubt");
  assert.equal(kindOf([5, 0, 1, 0, 0, 0]), "partial");
  assert.equal(kindOf([5, 1, 0, 0, 0, 0]), "partial");
  assert.equal(kindOf([0, 0, 7, 0, 0, 0]), "zero");
  assert.equal(kindOf([4, 0, 0, 0, 0, 5]), "unseen");
  assert.equal(kindOf([6, 0, 0, 0, 0, 5]), "full");
  assert.equal(drawn("FFzz", 2), "Fz");
  assert.equal(drawn("FzFz", 2), "PP");
});

test("what a picture of another part does not reach is not seen, and what it does is there", () => {
  const window = { from: 0, to: 20 };
  assert.equal(drawn("FFFFFzzzzz", 20, { from: 5, window }), "uuuuuFFFFFzzzzzuuuuu");
  assert.equal(drawn("FFFFFzzzzz", 10, { window: { from: 4, to: 6 } }), "FFFFFzzzzz");
});

test("every place is in the cell that the core counts it in", () => {
  // 10 in 4: as ⌊10 × i / 4⌋.
  const of = { from: 100, to: 110, cells: 4 };
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((cell) => edge(of, cell)),
    [100, 102, 105, 107, 110],
  );
  const cells = Array.from({ length: 12 }, (_, at) => cellAt(of, 99 + at));
  assert.deepEqual(cells, [null, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3, null]);
});

test("a stretch is all cells of one kind around one", () => {
  const of = picture("FFLLLzF");
  assert.deepEqual(stretchAt(of, 3), { from: 2, to: 5, kind: "missing" });
  assert.deepEqual(stretchAt(of, 6), { from: 6, to: 7, kind: "full" });
  const { stretches, rest } = stretchesOf(of, 3);
  assert.deepEqual(
    stretches.map(({ from, to }) => [from, to]),
    [
      [0, 2],
      [2, 5],
      [5, 6],
    ],
  );
  assert.equal(rest, 1);
});

test("a window stays in the whole, and what it is zoomed around stays where it was", () => {
  const whole = wholeOf(1000);
  assert.deepEqual(zoomed(whole, 0.5, 500, 1000), { from: 250, to: 750 });
  assert.deepEqual(zoomed(whole, 0.5, 0, 1000), { from: 0, to: 500 });
  assert.deepEqual(zoomed({ from: 250, to: 750 }, 4, 500, 1000), whole);
  assert.deepEqual(zoomed({ from: 0, to: 20 }, 0.1, 10, 1000), { from: 2, to: 18 });
  assert.deepEqual(zoomed(wholeOf(5), 0.1, 2, 5), wholeOf(5));
  assert.deepEqual(panned({ from: 100, to: 200 }, -500, 1000), { from: 0, to: 100 });
  assert.deepEqual(panned({ from: 100, to: 200 }, 5000, 1000), { from: 900, to: 1000 });
  assert.deepEqual(showing({ from: 100, to: 200 }, 600, 1000), { from: 550, to: 650 });
  assert.deepEqual(showing({ from: 100, to: 200 }, 150, 1000), { from: 100, to: 200 });
});

/** A picture of a file: for each cell the bytes of two disks and of others, of 100. */
function file(rows, { lost = [], doubt = [], findings = [], seen = rows.length * 100 } = {}) {
  const each = (list) => rows.map((_, at) => list[at] ?? 0);
  return {
    from: 0,
    to: rows.length * 100,
    size: rows.length * 100,
    seen,
    cells: rows.length,
    devices: [1, 2],
    bytes: rows.flat(),
    lost: each(lost),
    doubt: each(doubt),
    findings: each(findings),
  };
}

const blocks = (of, width) =>
  fileBlocks(of, { from: 0, to: of.to }, width, 20).map(({ from, to, kind, top, bottom }) => [
    ...[kind, from, to, top, bottom],
  ]);

test("disks stand on one another, each as high as its share, and go on as one block", () => {
  const of = file([
    [100, 0, 0],
    [100, 0, 0],
    [50, 25, 0],
    [0, 1, 0],
    [0, 0, 0],
  ]);
  assert.deepEqual(blocks(of, 5), [
    [0, 0, 2, 0, 20],
    [0, 2, 3, 10, 20],
    [1, 2, 3, 5, 10],
    [1, 3, 4, 19, 20],
  ]);
  assert.deepEqual(bytesOf(of, { from: 1, to: 4 }), { rows: [150, 26, 0], lost: 0, doubt: 0 });
});

test("in a file too a loss is three pixels wide, and takes all of the height", () => {
  const rows = Array(100).fill([100, 0, 0]);
  const lost = Array(100).fill(0);
  lost[50] = 1;
  assert.deepEqual(blocks(file(rows, { lost }), 10), [
    [0, 0, 5, 0, 20],
    ["lost", 4, 7, 0, 20],
    [0, 6, 10, 0, 20],
  ]);
  assert.deepEqual(blocks(file(rows, { seen: 5000 }), 4).at(-1), ["unseen", 2, 4, 0, 20]);
});

test("findings are ticks, the worst of each pixel", () => {
  const of = file(Array(10).fill([0, 0, 0]), { findings: [0, 1, 3, 0, 0, 0, 0, 0, 0, 2] });
  const window = { from: 0, to: 1000 };
  assert.deepEqual(ticksOf(of, window, 10), [
    { at: 1, severity: 1 },
    { at: 2, severity: 3 },
    { at: 9, severity: 2 },
  ]);
  assert.deepEqual(ticksOf(of, window, 3), [
    { at: 0, severity: 3 },
    { at: 2, severity: 2 },
  ]);
  assert.deepEqual(ticksOf(of, { from: 300, to: 900 }, 10), []);
});
