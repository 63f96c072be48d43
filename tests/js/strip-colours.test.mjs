// The colours of strips by WCAG 2: graphics have 3 to 1 to what they stand on and to
// what they have to be told from, in light and in dark.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OF_KIND, OF_OTHERS, OF_ROW } from "../../www/views/strip/patterns.js";
import { colours, contrast } from "./colours.mjs";

const LEAST = 3;

/** The colours of a look: those of a pattern stand on the ground. */
function shown([pattern, ink], theme) {
  const own = colours(`strip-${ink}`)[theme];
  return pattern === "solid" ? [own] : [own, colours("strip-ground")[theme]];
}

/** Whether a colour of one stands out from all of the other. */
function standsOut(one, other) {
  return one.some((ink) => other.every((each) => contrast(ink, each) >= LEAST));
}

test("contrast is that of WCAG", () => {
  assert.equal(contrast("#000000", "#ffffff"), 21);
  // As WebAIM's checker has it.
  assert.equal(contrast("#777777", "#ffffff").toFixed(2), "4.48");
});

for (const [theme, name] of ["light", "dark"].entries()) {
  const ground = colours("strip-ground")[theme];
  const kinds = Object.entries(OF_KIND);
  const rows = [...OF_ROW, OF_OTHERS].map((look, at) => [`disk ${at + 1}`, look]);

  test(`ink, frame and marks stand out from their ground (${name})`, () => {
    // Zeros are nearly nothing: the frame around a strip tells where they are.
    const inks = [...kinds, ...rows].map(([, [, ink]]) => ink).filter((ink) => ink !== "zero");
    for (const ink of new Set([...inks, "edge", "cursor", "mark"])) {
      const found = contrast(colours(`strip-${ink}`)[theme], ground);
      assert.ok(found >= LEAST, `${ink}: ${found.toFixed(2)}`);
    }
    const around = contrast(colours("strip-edge")[theme], colours("surface")[theme]);
    assert.ok(around >= LEAST, `around: ${around.toFixed(2)}`);
  });

  test(`any two kinds are told apart by contrast, or by patterns with contrast (${name})`, () => {
    for (const [at, [one, look]] of kinds.entries()) {
      for (const [other, otherLook] of kinds.slice(at + 1)) {
        const [colour, otherColour] = [shown(look, theme), shown(otherLook, theme)];
        const byContrast = standsOut(colour, otherColour) || standsOut(otherColour, colour);
        const byPattern = look[0] !== otherLook[0] && colour.length + otherColour.length === 4;
        assert.ok(byContrast || byPattern, `${one} and ${other}`);
      }
    }
  });

  test(`what is narrow is solid between two clear lines, and stands out so (${name})`, () => {
    for (const worse of ["missing", "doubt"]) {
      const narrow = [colours(`strip-${worse}`)[theme], ground];
      for (const [kind, look] of kinds.filter(([kind]) => kind !== worse)) {
        // Between two kinds with the ground as one of their colours, the shape tells: it is
        // higher than all others.
        const neighbour = shown(look, theme);
        const tells = standsOut(narrow, neighbour) || neighbour.length === 2;
        assert.ok(tells, `${worse} beside ${kind}`);
      }
    }
  });

  test(`disks have patterns of their own (${name})`, () => {
    const patterns = rows.map(([, [pattern]]) => pattern);
    assert.equal(new Set(patterns).size, patterns.length);
  });
}
