// The page has words for every code that the core can give, and for no others.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../www/build/tools.mjs";
import { containerSentence, failureSentence, findingSentence } from "../../www/words/sentences.js";

/** Strings in kebab-case that a function or list of the core's source names. */
function codesIn(file, start, end) {
  const source = readFileSync(join(root, "src", file), "utf8");
  const from = source.indexOf(start);
  assert.ok(from >= 0, `${file} has no ${start}`);
  const codes = source.slice(from, source.indexOf(end, from)).match(/"[a-z0-9]+(-[a-z0-9]+)+"/g);
  return codes.map((code) => code.slice(1, -1));
}

const tables = [
  ["finding", findingSentence, codesIn("finding.rs", "pub const CODES", "];"), 27],
  [
    "container finding",
    containerSentence,
    codesIn("container/finding.rs", "fn code(", "\n    }"),
    12,
  ],
  ["error", failureSentence, codesIn("error.rs", "fn code(", "\n    }"), 12],
];

for (const [what, sentence, codes, least] of tables) {
  test(`every ${what} has its words`, () => {
    assert.ok(codes.length >= least, `${codes.length} codes`);
    const none = new Set(["unknown-code"].map((code) => sentence(code).text));
    for (const code of codes) {
      const { title, text } = sentence(code);
      assert.ok(title && !none.has(text), `no words for ${code}`);
    }
  });
}
