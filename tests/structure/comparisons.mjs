// Findings, errors and their kinds are compared as values: never by their text
// or code, and none is taken back.

import { closing, lineAt, without } from "./text.mjs";

/** Where codes are what two threads say to each other, and what only builds the page. */
const NO_PAGE = /^www\/(?:shared|build)\//;

/** Files in which codes are defined. */
const TABLE = /^src\/.*(?:error|finding)[^/]*\.rs$|^www\/shared\/codes\.js$/;

/** Codes that stand in the tables of findings and errors, and of the protocol. */
export function codesOf(files) {
  const codes = new Set();
  for (const [path, { withStrings }] of files) {
    if (!TABLE.test(path)) continue;
    for (const found of withStrings.matchAll(/"([a-z0-9]+(?:-[a-z0-9]+)+)"/g)) codes.add(found[1]);
  }
  return codes;
}

/** Unit tests may name codes: they are blank here. */
function withoutTests(text, code) {
  const ranges = [...code.matchAll(/#\[cfg\(test\)\]\s*(?:pub\s+)?mod\s+\w+\s*\{/g)].map(
    (found) => {
      const open = found.index + found[0].length - 1;
      return [found.index, closing(code, open) + 1];
    },
  );
  return without(text, ranges);
}

// Formats of disks are found by the name that the page gives them: what is
// called `known` or `format` has such a name, and none of a finding.
const RUST = [
  [/(?<!\b(?:known|format))\.code\(\)\s*[!=]=|[!=]=\s*[\w.&()]+\.code\(\)/g, "compares by code"],
  [
    /\bmatch\s+[\w.&*()]*\bcode(?:\(\))?\s*\{|matches!\(\s*[\w.&*()]+\.code\(\)/g,
    "matches on a code",
  ],
  [/\bcode\s*[!=]=\s*"|"\s*[!=]=\s*code\b/g, "compares by code"],
  [/\.to_string\(\)\s*[!=]=|[!=]=\s*[\w.&()]+\.to_string\(\)/g, "compares by text"],
  [
    /\bfindings?\b[\w.()]*\.(?:retain|remove|swap_remove|drain|clear|truncate|pop)\b/g,
    "takes findings back",
  ],
];

// A name in capitals is a word of the protocol.
const SCRIPT = [
  [/(?<!\b(?:known|format))\.code\s*[!=]==?(?!=)(?!\s*[A-Z][A-Z_]+\b)/g, "compares by code"],
  [/[!=]==?\s*(?!(?:known|format)\.)[\w.?]+\.code\b/g, "compares by code"],
  [/\bswitch\s*\([\w.?]*\bcode\)/g, "switches on a code"],
  [/\.message\s*[!=]==?|\.message\.(?:includes|startsWith|match)\(/g, "compares by text"],
];

/** What compares findings or errors by code or text in one file. */
export function comparisons(path, { code, withStrings }, codes) {
  const isRust = path.endsWith(".rs");
  if (isRust ? !path.startsWith("src/") : !path.startsWith("www/") || NO_PAGE.test(path)) return [];
  const text = isRust ? withoutTests(withStrings, code) : withStrings;
  const problems = [];
  for (const [pattern, what] of isRust ? RUST : SCRIPT) {
    for (const found of text.matchAll(pattern)) {
      problems.push(`${path}:${lineAt(text, found.index)}: ${what}: ${found[0].trim()}`);
    }
  }
  return [...problems, ...namedCodes(path, text, codes)];
}

/** Known codes in conditions: compared, matched on, or looked for in a list. */
function namedCodes(path, text, codes) {
  const problems = [];
  for (const found of text.matchAll(/"([a-z0-9]+(?:-[a-z0-9]+)+)"/g)) {
    if (!codes.has(found[1])) continue;
    const before = text.slice(Math.max(0, found.index - 40), found.index).trimEnd();
    const after = text
      .slice(found.index + found[0].length, found.index + found[0].length + 40)
      .trimStart();
    const isTable = TABLE.test(path);
    const isCompared =
      /[!=]==?$|\bcase$|\.(?:includes|has|group|startsWith)\($/.test(before) ||
      /^[!=]==?/.test(after) ||
      (path.endsWith(".rs") && /^(?:=>|\|)/.test(after) && !isTable);
    if (isCompared) {
      problems.push(`${path}:${lineAt(text, found.index)}: asks for the code ${found[0]}`);
    }
  }
  return problems;
}
