// The repository keeps its own rules: see CONTRIBUTING and ARCHITECTURE.

import assert from "node:assert/strict";
import { test } from "node:test";
import { read, root, rules } from "./check.mjs";

const checkout = read(root);

for (const [name, rule] of Object.entries(rules)) {
  test(name, () => assert.deepEqual(rule(checkout), []));
}
