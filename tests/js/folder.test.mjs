// Files in a folder that the person picked, which may refuse a name or be full of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Beside } from "../../www/page/saving/beside.js";
import { newFile, pickingFailure } from "../../www/page/saving/places.js";

const notThere = () => new DOMException("not there", "NotFoundError");

/** Asked more often than that, a folder gives in, so that a test of it ends. */
const PATIENCE = 5000;

/**
 * A folder that answers for each name, as `tells` says.
 * @param {(name: string) => Error | null} tells why a name cannot be had, if it cannot
 */
function folderThat(tells) {
  const written = [];
  let asked = 0;
  const writable = { write: async () => {}, close: async () => {} };
  return {
    written,
    asked: () => asked,
    async getFileHandle(name, { create = false } = {}) {
      asked += 1;
      const error = asked > PATIENCE ? notThere() : tells(name);
      if (error && !(create && error.name === "NotFoundError")) throw error;
      if (create) written.push(name);
      return { createWritable: async () => writable };
    },
  };
}

test("a name that is not allowed in a folder is told, and not taken for one that is there", async () => {
  // As Chromium says it.
  const folder = folderThat(() => new TypeError("Name is not allowed."));
  await assert.rejects(newFile(folder, "x.lnk"), ({ failure }) => {
    assert.deepEqual(failure.code, "writing-refused");
    assert.match(failure.message, /Name is not allowed/);
    return true;
  });
  assert.equal(folder.asked(), 1);
});

test("a folder that must not be read is told at once", async () => {
  const folder = folderThat(() => new DOMException("no", "NotAllowedError"));
  await assert.rejects(newFile(folder, "x"), ({ failure }) => failure.code === "writing-refused");
  assert.equal(folder.asked(), 1);
});

test("a name is counted up behind files and folders of it, and not for ever", async () => {
  const taken = { "a.txt": null, "a (2).txt": new DOMException("a folder", "TypeMismatchError") };
  const free = folderThat((name) => (name in taken ? taken[name] : notThere()));
  assert.equal((await newFile(free, "a.txt")).name, "a (3).txt");
  const full = folderThat(() => null);
  await assert.rejects(newFile(full, "a.txt"), ({ failure }) => failure.code === "writing-refused");
  assert.equal(full.asked(), 1000);
});

test("a config that cannot be written is told, and the others are there", async () => {
  const folder = folderThat((name) =>
    name.includes("odd") ? new TypeError("Name is not allowed.") : notThere(),
  );
  const sent = [];
  const worker = { request: async () => new Uint8Array(3) };
  const beside = new Beside(
    worker,
    (event) => sent.push(event),
    () => ({}),
  );
  const configs = ["odd.conf", "qemu-server.conf", "setup.exe"].map((safeName, index) => ({
    index,
    safeName,
  }));
  await beside.writeConfigs({ id: 1, file: { name: "x.vma" }, overview: { configs } }, folder);
  assert.deepEqual(folder.written, ["x-qemu-server.conf", "x-setup.exe.txt"]);
  const [{ type, failure }, ...others] = sent;
  assert.deepEqual([type, failure.code, others], ["drop-refused", "configs-not-written", []]);
  assert.match(failure.message, /^1 of 3; x-odd\.conf: .*Name is not allowed/);
});

test("what a browser says of a place is no fault of the page's", () => {
  assert.equal(pickingFailure(new TypeError("x")).code, "writing-refused");
  assert.equal(pickingFailure(new RangeError("x")).code, "internal");
});
