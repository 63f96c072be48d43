// The colours of the page's tokens, and contrast as WCAG 2 defines it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../www/build/tools.mjs";

const tokens = readFileSync(join(root, "www/styles/tokens.css"), "utf8");
const COLOUR = /--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g;

/** Each token that is a colour, as [light, dark]. @type {Map<string, [string, string]>} */
export const COLOURS = new Map(
  [...tokens.matchAll(COLOUR)].map(([, name, light, dark]) => [name, [light, dark]]),
);

/** A colour of `tokens.css`, as [light, dark]. */
export function colours(name) {
  const found = COLOURS.get(name);
  assert.ok(found, `--${name} is there`);
  return found;
}

/** Relative luminance. */
function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** From 1 to 21. */
export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
