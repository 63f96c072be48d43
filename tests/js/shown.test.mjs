// Text out of a file, as it is shown: nothing in it hides, and there is a bound on
// what becomes of it.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
import { shownJson } from "../../www/shared/hidden.js";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { FILE, LINE, LINES, shownPieces, shownPlainly } = await built("words/shown.js");
const { text } = await built("words/text.js");

/**
 * Of each kind one, by Unicode's own names: C0, DEL, C1, soft hyphen, Arabic letter
 * mark, zero width space and joiner, marks of direction, line and paragraph
 * separators, word joiner, isolates, Hangul filler, byte order mark, tag, private
 * use, none, half a character.
 */
const HIDING = [
  ..."\0\u001b\u007f\u0080\u0085\u009b\u00ad\u061c\u200b\u200d\u200e\u202e\u2028\u2029",
  ..."\u2060\u2066\u2069\u3164\ufeff\u{e0041}\ue000\uffff",
  "\ud800",
];
const PLAIN = "Ünïcode, \u00a0 naïve 漢字 עברית e\u0301 🖥️ – “x”";

const said = ({ pieces }) => pieces.map(({ text: words }) => words).join("");
const marks = ({ pieces }) => pieces.filter(({ hidden }) => hidden).map(({ text: words }) => words);

test("what does not show is named by its number", () => {
  for (const character of HIDING) {
    const number = character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    assert.deepEqual(marks(shownPieces(`a${character}b`, LINE)), [`U+${number}`]);
    assert.equal(shownPlainly(`a${character}b`), `a⟨U+${number}⟩b`);
    assert.ok(text("title.open", { name: character, page: "p" }).includes(`⟨U+${number}⟩`));
  }
});

test("what shows stays as it is", () => {
  for (const bounds of [LINE, LINES, FILE]) {
    assert.deepEqual(shownPieces(PLAIN, bounds), {
      pieces: [{ hidden: false, text: PLAIN }],
      rest: 0,
    });
  }
  assert.equal(said(shownPieces("a\n\tb", FILE)), "a\n\tb");
  assert.deepEqual(marks(shownPieces("a\n\tb", LINE)), ["U+000A U+0009"]);
});

test("a run is named once", () => {
  assert.deepEqual(marks(shownPieces("\u0007".repeat(65_534), LINE)), ["U+0007 × 65,534"]);
  assert.deepEqual(marks(shownPieces("a\u2066\u0007b", LINE)), ["U+2066 U+0007"]);
  assert.deepEqual(marks(shownPieces("\u{e0041}\u{e0041}", LINE)), ["U+E0041 × 2"]);
  const mixed = shownPieces("\u0001\u0002".repeat(500), LINE);
  assert.deepEqual(marks(mixed), ["U+0001 U+0002 U+0001 U+0002 … (1,000)"]);
});

test("whatever a text is, its pieces and its length have a bound, and the rest is counted", () => {
  const kinds = [
    "\u0007",
    "a\u0007",
    "a",
    "\u202e\u2066",
    "🖥️\u0085",
    "\r\n",
    "\u{e0041}b",
    "ab\0",
  ];
  for (const kind of kinds) {
    for (const times of [1, 10, 100, 1000, 65_535]) {
      const whole = kind.repeat(times);
      for (const bounds of [LINE, LINES, FILE]) {
        const shown = shownPieces(whole, bounds);
        assert.ok(shown.pieces.length <= 2 * bounds.marks + 1);
        assert.ok(said(shown).length <= bounds.length + 50, `${said(shown).length} of ${kind}`);
        assert.ok(shown.rest >= 0 && shown.rest < whole.length);
        assert.ok(said(shown).isWellFormed());
      }
      assert.ok(shownPlainly(whole).length < 1100);
    }
  }
});

test("a text is not cut within a character", () => {
  for (let before = 0; before < 3; before += 1) {
    const whole = "x".repeat(before) + "🖥".repeat(400);
    const shown = shownPieces(whole, LINE);
    assert.equal(said(shown), whole.slice(0, whole.length - shown.rest));
    assert.ok(said(shown).isWellFormed());
  }
});

test("a report's text hides nothing, and says the same", () => {
  const values = { [PLAIN]: HIDING, text: HIDING.join("\n"), plain: PLAIN };
  const json = shownJson(JSON.stringify(values, null, 2));
  assert.deepEqual(JSON.parse(json), values);
  for (const character of HIDING) {
    assert.ok(!json.includes(character), character.codePointAt(0).toString(16));
  }
});
