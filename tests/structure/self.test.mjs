// The checks themselves: each finds what is wrong in a small sample, and lets
// what is right pass.

import assert from "node:assert/strict";
import { test } from "node:test";
import { circleOf, circleOfTable, circlesOf, folderOf, tableOf, wrongArrows } from "./arrows.mjs";
import { foreignInSource, manyByteorders, ownDependencies } from "./check.mjs";
import { codesOf, comparisons } from "./comparisons.mjs";
import { bytesMax, machinePaths, tooManyBytes } from "./committed.mjs";
import { scriptImports } from "./javascript.mjs";
import { rustImports } from "./rust.mjs";
import { functionsOf, tooLarge } from "./sizes.mjs";
import { codeOf } from "./text.mjs";

const file = (path, text) => ({ text, ...codeOf(path, text) });
const filesOf = (texts) =>
  new Map(Object.entries(texts).map(([path, text]) => [path, file(path, text)]));
const table = (lines) => tableOf(`x\n\`\`\`arrows src\n${lines.join("\n")}\n\`\`\`\n`, "src");

/** What each file imports, without lines. */
const targets = (imports) =>
  Object.fromEntries([...imports].map(([from, to]) => [from, [...to.keys()].sort()]));

test("comments and insides of strings are no code", () => {
  const rust = codeOf("a.rs", 'a /* { /* { */ } */ "{" r#"{"# \'{\' b<\'x> // {\nb');
  assert.equal(rust.code.replace(/\s+/g, " "), "a b<'x> b");
  const script = codeOf("a.js", "a /* { */ '{' `{${f(`{`)}`, /[{/]/, b / c // {\nd");
  assert.equal(script.code.replace(/\s+/g, " "), "a , , b / c d");
  assert.ok(script.withStrings.includes("`{${f(`{`)}`"));
  assert.equal(rust.code.length, rust.withStrings.length);
});

test("a table is read from the picture, and must go one way itself", () => {
  const arrows = table(["source ->", "archive -> source", "image -> archive#unit, source"]);
  assert.deepEqual(arrows.get("image"), ["archive#unit", "source"]);
  assert.equal(circleOfTable(arrows), null);
  assert.deepEqual(circleOfTable(table(["a -> b", "b -> a#x"])), ["a", "b", "a"]);
  assert.throws(() => table(["a => b"]), /no arrow/);
  assert.throws(() => table(["a -> b", "a -> c"]), /twice/);
  assert.throws(() => tableOf("nothing", "src"), /no block/);
});

test("an import against the arrows is found, with its line", () => {
  const arrows = table(["source ->", "archive -> source", "image -> archive#unit"]);
  const imports = rustImports(
    filesOf({
      "source/lib.rs": "pub struct S;",
      "archive/mod.rs": "pub mod unit;\n\nuse crate::image::Image;\nuse vma_source::S;",
      "archive/unit.rs": "use vma_source::S;",
      "image/mod.rs": "use crate::archive::unit::U;\nfn f() { crate::archive::parse() }",
    }),
  );
  assert.deepEqual(wrongArrows(arrows, imports), [
    "archive/mod.rs:3: archive imports image (image/mod.rs)",
    "image/mod.rs:2: image imports archive (archive/mod.rs)",
  ]);
  assert.deepEqual(wrongArrows(arrows, new Map([["other/a.rs", new Map()]])), [
    "other/a.rs: stands in no folder of the table",
  ]);
  assert.equal(folderOf(table(["a ->", "a/b ->"]), "a/b/c.js"), "a/b");
});

test("names are followed through re-exports, groups, super and the file's modules", () => {
  const imports = rustImports(
    filesOf({
      "lib.rs": "pub mod a;\npub use a::thing::Thing;",
      "a/mod.rs": "mod thing;\nmod user;\npub use thing::{Other as Renamed, Thing};",
      "a/thing.rs": "pub struct Thing; pub struct Other;\nmod tests { use super::*; }",
      "a/user.rs": "use super::{Renamed, thing::{self, Other}};",
      "b/mod.rs": "use crate::Thing;\nfn f() { crate::a::Renamed::new() }",
      "c/mod.rs": "use crate::a::Unknown;\npub(in crate::b) struct S;",
    }),
  );
  assert.deepEqual(targets(imports), {
    "lib.rs": [],
    "a/mod.rs": [],
    "a/thing.rs": [],
    "a/user.rs": ["a/thing.rs"],
    "b/mod.rs": ["a/thing.rs"],
    "c/mod.rs": ["a/mod.rs"],
  });
  const used = filesOf({
    "a/mod.rs": "mod thing;\npub use thing::Thing;\nfn f(_: Thing) {}",
    "a/thing.rs": "use super::f;",
  });
  assert.deepEqual(targets(rustImports(used)), {
    "a/mod.rs": ["a/thing.rs"],
    "a/thing.rs": ["a/mod.rs"],
  });
});

test("scripts import by statement, by call and by the types of comments", () => {
  const imports = scriptImports(
    filesOf({
      "a.js": 'import { b } from "./x/b.js";\nexport * from "./x/c.js";\nimport "node:fs";',
      "x/b.js": '/** @typedef {import("../t.js").T} T */\nawait import("../a.js");',
      "x/c.js": "",
      "t.d.ts": "",
    }),
  );
  assert.deepEqual(targets(imports), {
    "a.js": ["x/b.js", "x/c.js"],
    "x/b.js": ["a.js", "t.d.ts"],
    "x/c.js": [],
    "t.d.ts": [],
  });
});

test("a circle of files is found, and a chain is none", () => {
  const graph = (entries) => new Map(Object.entries(entries).map(([a, b]) => [a, new Set(b)]));
  assert.equal(circleOf(graph({ a: ["b"], b: ["c"], c: [] })), null);
  assert.deepEqual(circlesOf(graph({ a: ["b"], b: ["c"], c: [] })), []);
  const two = graph({ a: ["b"], b: ["a", "c"], c: ["d"], d: ["c"], e: ["a"] });
  assert.deepEqual(circlesOf(two), [
    ["a", "b"],
    ["c", "d"],
  ]);
});

const body = (count, line) => Array(count).fill(line).join("\n");

test("a function of 61 lines is found, and one of 60 is not", () => {
  const rust = (count) =>
    `fn long<'a>(x: [u8; 4]) -> u8\nwhere\n    u8: Copy,\n{\n${body(count, "    a();")}\n}\nfn declared();\n`;
  assert.deepEqual(tooLarge("a.rs", file("a.rs", rust(56))), ["a.rs:1: long has 61 lines"]);
  assert.deepEqual(tooLarge("a.rs", file("a.rs", rust(55))), []);
  const kinds = {
    long: (lines) => `async function long(\n  { a },\n) {\n${lines}\n}\n`,
    method: (lines) => `class A {\n  static async method(\n    a,\n  ) {\n${lines}\n  }\n}\n`,
    "=>": (lines) => `test("x {", async (a,\n  b) => {\n  a();\n${lines}\n});\n`,
  };
  for (const [name, make] of Object.entries(kinds)) {
    const [wrong, right] = [57, 56].map((count) =>
      file("a.js", make(body(count, "  if (a) b({});"))),
    );
    assert.match(tooLarge("a.js", wrong).join(), new RegExp(`^a.js:.: ${name} has 61 lines$`));
    assert.deepEqual(tooLarge("a.js", right), []);
  }
  const noFunction = "if (a(b)) {\n} else {\n}\nfor (const x of y) {\n}\nconst z = { a: 1 };\n";
  assert.deepEqual(functionsOf("a.js", codeOf("a.js", noFunction).code), []);
});

test("a file of 501 lines is found unless it is a listed table", () => {
  const long = file("a.css", `${body(501, "a")}\n`);
  assert.deepEqual(tooLarge("a.css", long), ["a.css: 501 lines"]);
  assert.deepEqual(tooLarge("a.css", long, new Map([["a.css", "a table"]])), []);
  assert.deepEqual(tooLarge("a.css", file("a.css", `${body(500, "a")}\n`)), []);
});

test("a type of eleven fields needs a reason beside it", () => {
  const names = [..."abcdefghijk"];
  const shapes = {
    "a.rs": [
      (f) =>
        `#[derive(X)]\npub struct T<A: B> {\n${f.map((n) => `    pub ${n}: c::D<(A, [u8; 2])>,`).join("\n")}\n}\n`,
    ],
    "a.js": [
      (f) => `class T extends B {\n${f.map((n) => `  #${n} = { x: 1 };`).join("\n")}\n}\n`,
      (f) =>
        `class T {\n  constructor() {\n${f.map((n) => `    this.${n} = 1;`).join("\n")}\n  }\n}\n`,
      (f) =>
        `/**\n * @typedef {object} T\n${f.map((n) => ` * @property {{ x: 1 }} ${n}`).join("\n")}\n */\n`,
      (f) => `/** @typedef {{ ${f.map((n) => `${n}: { x: 1 }`).join(", ")} }} T */\n`,
    ],
    "a.ts": [
      (f) => `export interface T {\n${f.map((n) => `  ${n}?: { x: 1 };`).join("\n")}\n}\n`,
      (f) => `type T = {\n${f.map((n) => `  ${n}: string;`).join("\n")}\n};\n`,
    ],
  };
  for (const [path, makers] of Object.entries(shapes)) {
    for (const make of makers) {
      const wrong = tooLarge(path, file(path, make(names)));
      assert.equal(wrong.length, 1, make(names));
      assert.match(wrong[0], /: T has 11 fields/);
      assert.deepEqual(tooLarge(path, file(path, make(names.slice(1)))), [], path);
      const reason = `// Many fields: each is one of the format's.\n${make(names)}`;
      if (!make(names).startsWith("/**")) assert.deepEqual(tooLarge(path, file(path, reason)), []);
    }
  }
});

test("the seam that names another layer is found", () => {
  const bad = filesOf({
    "src/source/a.rs": "use vma_inspector::scan;",
    "src/scan.rs": "vma_inspector",
  });
  assert.deepEqual(foreignInSource(bad), ["src/source/a.rs: names vma_inspector"]);
  assert.deepEqual(foreignInSource(filesOf({ "src/source/a.rs": "// vma_inspector" })), []);
  assert.equal(ownDependencies('x = { path = "../.." }\nbyteorder.workspace = true').length, 1);
  const arrows = table(["source ->", "scan -> source"]);
  const imports = new Map([["source/a.rs", new Map([["scan/mod.rs", 1]])]]);
  assert.equal(wrongArrows(arrows, imports).length, 1);
});

test("byteorder in two files, or in none, is found", () => {
  const one = { "src/a.rs": "use byteorder::X;", "src/b.rs": "// byteorder" };
  assert.deepEqual(manyByteorders(filesOf(one)), []);
  assert.equal(manyByteorders(filesOf({ ...one, "src/c.rs": "byteorder::X::y()" })).length, 1);
  assert.equal(manyByteorders(filesOf({ "src/a.rs": "" })).length, 1);
});

const codes = new Set(["cluster-missing", "worker-died"]);
const compared = (path, text) => comparisons(path, file(path, text), codes);

test("comparisons by code or text are found in Rust", () => {
  for (const text of [
    'if finding.code() == "x" {}',
    'if "x" != a.kind().code() {}',
    "match error.code() { _ => {} }",
    'matches!(finding.code(), "x")',
    'if code == "x" {}',
    'if e.to_string() == "x" {}',
    "self.found.findings.retain(|f| f.is_ours())",
    "findings().remove(0)",
    'let x = match y { "cluster-missing" => 1 };',
    'findings.group("cluster-missing")',
  ]) {
    assert.notDeepEqual(compared("src/a.rs", text), [], text);
    assert.deepEqual(compared("tests/a.rs", text), [], "only in src");
    assert.deepEqual(compared("src/a.rs", `// ${text}`), []);
    assert.deepEqual(compared("src/a.rs", `#[cfg(test)]\nmod tests {\n${text}\n}`), []);
  }
  for (const text of [
    'fn code(&self) -> &str { match self { Self::A => "cluster-missing" } }',
    "formats.find(|known| known.code() == format)",
    "holes.retain(|hole| hole.end > at)",
  ]) {
    assert.deepEqual(compared("src/a.rs", text), [], text);
  }
});

test("comparisons by code or text are found in scripts", () => {
  for (const text of [
    'if (failure.code === "x") {}',
    "a !== error.code",
    "switch (finding.code) {}",
    'case "cluster-missing": {}',
    'if (code === "worker-died") {}',
    '["cluster-missing"].includes(x) || found.has("cluster-missing")',
    'error.message.includes("x")',
  ]) {
    assert.notDeepEqual(compared("www/views/a.js", text), [], text);
    assert.deepEqual(compared("www/shared/codes.js", text), [], "the protocol may");
  }
  for (const text of [
    'const SENTENCES = { "cluster-missing": "…" };',
    "told.code === WORKER_DIED",
    "formats.find((known) => known.code === code)",
    'code === "raw"',
  ]) {
    assert.deepEqual(compared("www/views/a.js", text), [], text);
  }
});

test("codes are those of the tables", () => {
  const files = filesOf({
    "src/archive/finding.rs": 'X => "a-b", // "c-d"',
    "src/scan/mod.rs": '"e-f"',
    "www/shared/codes.js": 'export const X = "g-h";',
  });
  assert.deepEqual([...codesOf(files)], ["a-b", "g-h"]);
});

test("files that are too large, or of one machine, are found", () => {
  const kib = 1024;
  assert.equal(bytesMax("tests/fixtures/a.vma.zst"), 512 * kib);
  assert.equal(bytesMax("tests/fixtures/a.vma"), 256 * kib);
  assert.equal(bytesMax("tests/other/a.vma.zst"), 256 * kib);
  assert.equal(tooManyBytes("a", 256 * kib + 1).length, 1);
  assert.deepEqual(tooManyBytes("a", 256 * kib), []);
  for (const path of [
    "/ho" + "me/me/x",
    "/Us" + "ers/me",
    "/wo" + "rk/shared",
    "/ro" + "ot/x",
    "C:\\Us" + "ers\\x",
  ]) {
    assert.equal(machinePaths("a", `see\n "${path}"`).length, 1, path);
  }
  assert.deepEqual(machinePaths("a", "https://example.org/work/x ../work/x /etc/x /tmp/x"), []);
});
