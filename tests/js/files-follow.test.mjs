// Links as they are followed inside a file system, held against where Linux comes to.

import assert from "node:assert/strict";
import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";
import { named } from "./file-items.mjs";

const { follow } = await import(pathToFileURL(join(modules, "views/files/follow.js")));

const top = realpathSync(mkdtempSync(join(tmpdir(), "vma-follow-")));
after(() => rmSync(top, { recursive: true }));
for (const folder of ["etc/inner", "usr/lib"]) mkdirSync(join(top, folder), { recursive: true });
for (const file of ["etc/file", "usr/lib/library", "top"]) writeFileSync(join(top, file), "");

/** Folders by their number, as paths. */
const folders = [top];
const typeOf = (facts) =>
  facts.isSymbolicLink() ? "link" : facts.isDirectory() ? "directory" : "file";

/** The folder of this machine as a file system of the Worker's: its own root is the root. */
const files = {
  async find(_of, id, name) {
    const folder = folders[Number(id)];
    if (!readdirSync(folder).includes(name.text)) return null;
    const path = join(folder, name.text);
    const type = typeOf(lstatSync(path));
    const target = type === "link" ? named(readlinkSync(path)) : null;
    folders.push(path);
    return { name, id: BigInt(folders.length - 1), type, node: null, fault: null, target };
  },
};
const place = { files, of: {}, opened: { root: 0n, subvolumes: [] } };
const wait = { signal: new AbortController().signal };

/** The steps to a folder. */
const stepsTo = (path) =>
  path.split("/").flatMap((text, at, all) => {
    if (text === "") return [];
    folders.push(join(top, ...all.slice(0, at + 1)));
    return [{ id: BigInt(folders.length - 1), name: named(text) }];
  });

/** Follows a link, which is made for that. */
async function led(path, target) {
  symlinkSync(target, join(top, path));
  const from = stepsTo(relative(top, dirname(join(top, path))));
  const { steps, name } = await follow(place, { from, target: named(target) }, wait);
  return [...steps.map((step) => step.name.text), ...(name ? [name.text] : [])].join("/");
}

const isFailure = (code) => (error) => error.failure?.code === code;

test("links lead where Linux comes to, to files, folders and through others", async () => {
  symlinkSync("usr/lib", join(top, "lib"));
  for (const [path, target] of [
    ["etc/one", "file"],
    ["etc/two", "../usr/lib"],
    ["etc/inner/three", "../../lib/library"],
    ["four", "etc/./inner/..//file"],
    ["etc/five", "two/library"],
    ["six", "etc/two/../lib"],
    ["etc/seven", ".."],
  ]) {
    const found = await led(path, target);
    assert.equal(found, relative(top, realpathSync.native(join(top, path))), target);
  }
});

test("an absolute target begins at the root, and nothing leads above it", async () => {
  assert.equal(await led("etc/absolute", "/usr/lib"), "usr/lib");
  assert.equal(await led("etc/above", "../../../../usr/lib/library"), "usr/lib/library");
  assert.equal(await led("etc/root", "/"), "");
});

test("a link to nothing, or through a file, is told as that", async () => {
  for (const [path, target] of [
    ["nothing", "etc/none"],
    ["through", "etc/file/more"],
    ["elsewhere", "/proc/self"],
  ]) {
    await assert.rejects(led(path, target), isFailure("file-link-dangling"));
  }
  assert.throws(() => statSync(join(top, "nothing")), { code: "ENOENT" });
  assert.throws(() => statSync(join(top, "through")), { code: "ENOTDIR" });
});

test("as many links are followed as Linux follows, and a circle has an end", async () => {
  for (let at = 1; at <= 41; at += 1) {
    symlinkSync(at === 1 ? "top" : `l${at - 1}`, join(top, `l${at}`));
  }
  closeSync(openSync(join(top, "l40"), "r"));
  assert.throws(() => openSync(join(top, "l41"), "r"), { code: "ELOOP" });
  const from = [];
  const fourty = await follow(place, { from, target: named("l39") }, wait);
  assert.equal(fourty.name.text, "top");
  await assert.rejects(
    follow(place, { from, target: named("l40") }, wait),
    isFailure("file-link-circle"),
  );
  await assert.rejects(led("round", "round"), isFailure("file-link-circle"));
});

test("names that are no UTF-8 are found by their bytes", async () => {
  const asked = [];
  const name = Uint8Array.from([0xe4, 0x62]);
  const bytes = Uint8Array.from([0x2f, 0x61, 0x2f, ...name]);
  const find = async (_of, _id, wanted) => {
    asked.push(wanted);
    return { name: wanted, id: 1n, type: "directory", node: null, fault: null, target: null };
  };
  const target = { text: "/a/\ufffdb", bytes };
  await follow({ ...place, files: { find } }, { from: [], target }, wait);
  assert.deepEqual(asked, [named("a"), { text: "\ufffdb", bytes: name }]);
});
