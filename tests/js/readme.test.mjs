// What the README shows of the module runs as it stands there.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { execPath } from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the README's example prints the disks of a backup, and that nothing is wrong", () => {
  const readme = readFileSync(`${root}/README.md`, "utf8");
  const examples = [...readme.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code);
  assert.equal(examples.length, 1);
  const [example] = examples;
  assert.ok(example.includes('"backup.vma.zst"'));
  const code = example.replace("backup.vma.zst", "tests/fixtures/c-configs.vma.zst");
  const printed = execFileSync(execPath, ["--input-type=module", "--eval", code], {
    cwd: root,
    encoding: "utf8",
  });
  const truth = JSON.parse(readFileSync(`${root}/tests/fixtures/truth.json`, "utf8"));
  for (const { name } of truth["c-configs.vma"].devices) {
    assert.ok(printed.includes(`'${name}'`), name);
  }
  assert.match(printed, /^\[\]$/m);
});
