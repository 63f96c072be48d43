// What the names of parts say, and whom nothing vouches for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { strangersIn } from "../../www/shared/part-name.js";

test("whom neither bytes nor name vouch for is a stranger", () => {
  const [first, second] = ["a.vma.zst.001", "a.vma.zst.002"];
  for (const [names, joints, strangers] of [
    [[first, second], ["unknown"], []],
    [[first, second], ["contradicted"], []],
    [[first, "photo.jpg"], ["unknown"], ["photo.jpg"]],
    [[first, "photo.jpg"], ["contradicted"], ["photo.jpg"]],
    [[first, "renamed"], ["proven"], []],
    [[first, "photo.jpg", second], ["unknown", "unknown"], ["photo.jpg"]],
    [[first, "b.vma.zst.002"], ["unknown"], ["b.vma.zst.002"]],
    [["a.vma.zst", "notes.txt"], ["contradicted"], ["notes.txt"]],
    [["a.vma", "a.vma.part2"], ["unknown"], []],
    [["one", "two"], ["unknown"], ["two"]],
    [["one", "two", "three"], ["proven", "proven"], []],
  ]) {
    assert.deepEqual(strangersIn(names, joints), strangers, names.join(" "));
  }
});
