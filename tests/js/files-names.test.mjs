// Whatever names hold, and times, sizes and modes: as they were made, through the module that
// the page has.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { folder as scratch, makeArchive } from "../browser/support/archives.mjs";
import { asker, built, holderOf } from "./worker-files.mjs";

const { folder, openVolume } = await built("worker/files/questions.js");

const NAMES = [
  'quotes " and \\ and \\u0041',
  "a\ttab, a\nline, \u0001 and \u007f",
  "\u2028 and \u2029, \u00a0, \ufeff",
  "日本語 🦀 a\u0301",
  "{}[],:",
  "null",
];
/** No UTF-8. */
const BYTES = Buffer.from([0x66, 0xff, 0x22, 0xfe, 0xc3, 0x28]);

const source = join(scratch, "names");
mkdirSync(source);
for (const [at, name] of NAMES.entries()) {
  const path = join(source, name);
  writeFileSync(path, "x".repeat(at * 1000));
  chmodSync(path, 0o600 + at);
  execFileSync("touch", ["-d", `@${(at % 2 ? 1 : -1) * (12_345 + at)}`, path]);
}
writeFileSync(Buffer.concat([Buffer.from(`${source}/`), BYTES]), "bytes");
symlinkSync(BYTES, join(source, "link"));
const disk = join(scratch, "names.ext4");
execFileSync("/usr/sbin/mke2fs", ["-q", "-F", "-t", "ext4", "-d", source, disk, "8M"]);
const { path } = makeArchive("names.vma", "--disk-from", `drive-scsi0=${disk}`);

test("names of any letters, and what is known of their files, come through as they are", async () => {
  const holder = holderOf(path);
  while (!holder.archive.scanStep().done);
  const volume = { deviceId: 1, area: 0, logical: null };
  const { root, keepsDeleted } = await openVolume(holder, { volume }, asker());
  assert.equal(keepsDeleted, false);
  const { entries } = await folder(holder, { volume, node: root, cursor: null }, asker());
  assert.equal(entries.length, NAMES.length + 3);
  for (const [at, name] of NAMES.entries()) {
    const entry = entries.find((each) => each.name.text === name);
    assert.ok(entry, JSON.stringify(name));
    const { mode, uid, gid, mtimeMs, ino } = lstatSync(join(source, name));
    assert.ok(ino > 0);
    assert.deepEqual(entry.name.bytes, null);
    assert.equal(typeof entry.id, "bigint");
    assert.deepEqual([entry.type, entry.fault, entry.target], ["file", null, null]);
    const { size, links, unix, modified, device, isHidden } = entry.node;
    assert.deepEqual([size, links, device, isHidden], [at * 1000, 1, null, false]);
    assert.deepEqual(unix, { mode: mode & 0o7777, user: uid, group: gid });
    assert.deepEqual(modified, { seconds: mtimeMs / 1000, nanoseconds: 0, isLocal: false });
  }
  const other = entries.find(({ name }) => name.bytes !== null);
  assert.deepEqual(Buffer.from(other.name.bytes), BYTES);
  assert.equal(other.name.text, BYTES.toString("utf8"));
  const link = entries.find(({ name }) => name.text === "link");
  assert.deepEqual(Buffer.from(link.target.bytes), BYTES);
  assert.deepEqual([link.type, link.node.type], ["link", "link"]);
});
