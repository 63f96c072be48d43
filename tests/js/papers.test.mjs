// What SECURITY.md says is tested somewhere, is: the files that it names are there.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../www/build/tools.mjs";

const security = readFileSync(join(root, ".github/SECURITY.md"), "utf8");

test("every file and every fuzz target that SECURITY.md names is there", () => {
  const paths = [...security.matchAll(/`((?:tests|src|www|\.config)\/[\w./-]+|\.eslint\S+)`/g)];
  assert.ok(paths.length > 15);
  for (const [, path] of paths) {
    assert.ok(existsSync(join(root, path)), path);
  }
  const [, targets] = security.match(/the fuzz targets (`\w+` and `\w+`)/);
  for (const [, target] of targets.matchAll(/`(\w+)`/g)) {
    assert.ok(existsSync(join(root, "tests/fuzz/fuzz_targets", `${target}.rs`)), target);
  }
});

test("every promise in SECURITY.md names where it is tested", () => {
  const [, table] = security.match(/\| promise \| tested in \|\n\|---\|---\|\n([^]*?)\n\n/);
  const rows = table.split("\n");
  assert.ok(rows.length >= 10);
  for (const row of rows) {
    assert.match(row, /^\| .+ \| .*`.+` *(:.*)?.*\|$/, row);
  }
});

test("every command of npm that SECURITY.md names is there", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const named = [...security.matchAll(/`npm run (\w+)`/g)].map(([, name]) => name);
  assert.ok(named.length > 0);
  assert.deepEqual(
    named.filter((name) => !(name in scripts)),
    [],
  );
});
