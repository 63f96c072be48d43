// Names out of a file system that files are saved under.

import assert from "node:assert/strict";
import { test } from "node:test";
import { safeName } from "../../www/page/saving/safe-name.js";

test("usual names stay as they are", () => {
  for (const name of ["report (2).pdf", "Grüße aus Köln.txt", "日本語", "a-b_c+d@e", "x.tar.gz"]) {
    assert.equal(safeName(name), name);
  }
});

test("nothing that leads elsewhere or deceives is left", () => {
  assert.equal(safeName("../etc/passwd"), "_._etc_passwd");
  assert.equal(safeName("a/b\\c:d\0e"), "a_b_c_d_e");
  assert.equal(safeName("x\u202efnoc"), "x_fnoc");
  assert.equal(safeName("a\u200bb\u115fc\u3164d"), "a_b_c_d");
  assert.equal(safeName(".bashrc"), "_bashrc");
  assert.equal(safeName("-rf"), "rf");
  assert.equal(safeName(""), "unnamed");
  assert.equal(safeName(". ."), "_");
  assert.equal(safeName("NUL"), "_NUL");
  assert.equal(safeName("com\u00b9.txt"), "_com\u00b9.txt");
});

test("a name has at most two hundred bytes and no half letters", () => {
  assert.equal(safeName("ä".repeat(300)), "ä".repeat(100));
  assert.equal(safeName("😀".repeat(100)), "_".repeat(100));
  assert.equal(safeName(`${"a".repeat(199)}ä`), "a".repeat(199));
});
