// The repository keeps its own rules: see CONTRIBUTING and ARCHITECTURE.

import assert from "node:assert/strict";
import { test } from "node:test";
import { read, root, rules } from "./check.mjs";
import { DEBTS } from "./debts.mjs";

const checkout = read(root);

for (const [name, rule] of Object.entries(rules)) {
  test(name, () => {
    const debts = DEBTS[name] ?? [];
    const problems = rule(checkout);
    const isOwed = (problem) => debts.some((debt) => problem.startsWith(debt));
    const isPaid = (debt) => !problems.some((problem) => problem.startsWith(debt));
    assert.deepEqual(
      problems.filter((problem) => !isOwed(problem)),
      [],
    );
    assert.deepEqual(debts.filter(isPaid), [], "paid: strike them from debts.mjs");
  });
}
