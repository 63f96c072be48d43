// Contrast of every two colours that the styles put together, by WCAG 2: 4.5 to 1 for
// text, 3 to 1 for graphics, edges of controls and rings of focus; in light and in dark.
// Which two come together is read out of the styles.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../www/build/tools.mjs";
import { COLOURS, contrast } from "./colours.mjs";

const TEXT = 4.5;
const GRAPHIC = 3;

/** What something stands on that has no ground of its own. */
const GROUNDS = ["ground", "surface", "sunken"];

/**
 * What no contrast is asked of: lines between things that space tells apart as well, and
 * zeros in a strip, around which there is a frame.
 */
const DECORATION = new Set(["line", "strip-zero"]);

/** Colours of the system take the place of these, or paper does. */
const OTHER_COLOURS = /forced-colors|\bprint\b/;

/** The tokens that stand in a value; that of a tone stands for all tones. */
function tokensIn(value, scope) {
  const names = [...value.matchAll(/var\(--([\w-]+)\)/g)].map(([, name]) => name);
  return names.flatMap((name) => scope.get(name) ?? [name]).filter((name) => COLOURS.has(name));
}

/** The rules of a stylesheet, those inside of others too: selector and declarations. */
function rulesOf(css, within = "") {
  const rules = [];
  let own = "";
  for (let at = 0; at < css.length;) {
    const open = css.indexOf("{", at);
    const end = css.indexOf(";", at);
    if (open < 0 || (end >= 0 && end < open)) {
      const stop = end < 0 ? css.length : end + 1;
      own += css.slice(at, stop);
      at = stop;
      continue;
    }
    let depth = 1;
    let close = open + 1;
    for (; depth > 0; close += 1) depth += { "{": 1, "}": -1 }[css[close]] ?? 0;
    rules.push(...rulesOf(css.slice(open + 1, close - 1), css.slice(at, open).trim()));
    at = close;
  }
  if (within.startsWith("@")) return OTHER_COLOURS.test(within) ? [] : rules;
  const declarations = [...own.matchAll(/(--)?([\w-]+)\s*:\s*([^;]+)/g)].map(
    ([, own = "", name, value]) => [own + name, value.trim()],
  );
  return [...rules, { selector: within, declarations }];
}

const folder = join(root, "www/styles");
const rules = readdirSync(folder).flatMap((name) => {
  const css = readFileSync(join(folder, name), "utf8").replace(/\/\*[^]*?\*\//g, "");
  return name === "tokens.css" ? [] : rulesOf(css);
});

/** What `--tone` and the like stand for: each as [name, colours], all in the same order. */
function scopeOf(names) {
  const values = (name) =>
    rules.flatMap(({ declarations }) =>
      declarations
        .filter(([own]) => own === `--${name}`)
        .flatMap(([, value]) => tokensIn(value, new Map())),
    );
  return new Map(names.map((name) => [name, values(name)]));
}

const scope = scopeOf(["tone", "tone-soft", "ink"]);

const IS_GROUND = /^background(-color)?$/;
const IS_GRAPHIC = /^(border(-\w+)*|outline(-color)?|fill|stroke)$/;
const IS_PICTURE = /progress|swatch/;

function valuesOf(rule, pattern) {
  return rule.declarations.filter(([name]) => pattern.test(name)).map(([, value]) => value);
}

function colourOf(rule, pattern) {
  return valuesOf(rule, pattern).flatMap((value) => tokensIn(value, scope));
}

/** The rule of the same element without its state, where only the state changes a colour. */
function withoutState({ selector }) {
  const plain = selector.replace(/:hover|:focus[\w-]*|\[aria-[^\]]*\]/g, "");
  return plain === selector ? null : (rules.find((rule) => rule.selector === plain) ?? null);
}

/** Two of a list each: where both go by tone, only the same tone meets. */
function together(fronts, grounds) {
  const byTone = fronts.length > 1 && fronts.length === grounds.length && grounds !== GROUNDS;
  if (byTone) return fronts.map((front, at) => [front, grounds[at]]);
  return fronts.flatMap((front) => grounds.map((ground) => [front, ground]));
}

/** The pairs of one rule: [front, ground, contrast that they have to have]. */
function pairsOf(rule) {
  const { selector } = rule;
  const own = colourOf(rule, IS_GROUND);
  if (IS_PICTURE.test(selector) && own.length > 0) {
    const on = /swatch/.test(selector) ? ["strip-ground"] : ["sunken"];
    const fronts = own.filter((name) => !on.includes(name));
    return together(fronts, on).map((pair) => [...pair, GRAPHIC]);
  }
  const text = colourOf(rule, /^color$/);
  const former = withoutState(rule);
  const grounds = own.length > 0 ? own : former ? colourOf(former, IS_GROUND) : [];
  const on = grounds.length > 0 ? grounds : GROUNDS;
  const inherited = former ? colourOf(former, /^color$/) : [];
  const fronts =
    text.length > 0
      ? text
      : own.length > 0
        ? inherited.concat(inherited.length ? [] : ["text"])
        : [];
  const lines = colourOf(rule, IS_GRAPHIC);
  return [
    ...together(fronts, on).map((pair) => [...pair, TEXT]),
    // An edge and a ring stand on what is around them.
    ...together(lines, GROUNDS).map((pair) => [...pair, GRAPHIC]),
  ];
}

const pairs = rules
  .flatMap((rule) => pairsOf(rule).map((pair) => [...pair, rule.selector]))
  .filter(([front]) => !DECORATION.has(front));

test("the styles are read, with what stands in them for colours", () => {
  assert.ok(rules.length > 150, `${rules.length} rules`);
  assert.deepEqual(scope.get("tone"), ["good", "warning", "damage", "neutral"]);
  assert.equal(scope.get("tone-soft").length, 4);
  const has = (front, ground) => pairs.some(([a, b]) => a === front && b === ground);
  for (const [front, ground] of [
    ["on-accent", "accent"],
    ["on-accent", "accent-hover"],
    ["good", "good-soft"],
    ["text", "accent-soft"],
    ["accent", "sunken"],
    ["strip-disk-3", "strip-ground"],
  ]) {
    assert.ok(has(front, ground), `${front} on ${ground}`);
  }
  assert.ok(!has("good", "damage-soft"));
});

for (const [theme, name] of ["light", "dark"].entries()) {
  test(`every two colours that come together have contrast (${name})`, () => {
    const low = pairs.flatMap(([front, ground, least, selector]) => {
      const found = contrast(COLOURS.get(front)[theme], COLOURS.get(ground)[theme]);
      return found >= least ? [] : [`${front} on ${ground}: ${found.toFixed(2)} (${selector})`];
    });
    assert.deepEqual(low, []);
  });
}

test("every colour is one of two that come together", () => {
  // Those that only strips are drawn with have a test of their own.
  const painted = new Set(["strip-cursor", "strip-mark"]);
  const met = new Set(pairs.flatMap(([front, ground]) => [front, ground]));
  const alone = [...COLOURS.keys()].filter(
    (each) => !met.has(each) && !DECORATION.has(each) && !painted.has(each),
  );
  assert.deepEqual(alone, []);
  assert.ok(COLOURS.size > 30, `${COLOURS.size} colours`);
});
