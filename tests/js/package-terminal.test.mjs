// The command that the package for npm brings: the terminal's program in Node, as `npx` runs it.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../www/build/tools.mjs";
import { installed, packed } from "./npm-project.mjs";

const fixtures = join(root, "tests/fixtures");
const truth = JSON.parse(readFileSync(join(fixtures, "truth.json"), "utf8"));
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const { project } = installed(packed());

/** What it says, run by npx in `folder`. */
function said(options, { folder = project, input } = {}) {
  const args = ["--offline", "--no-install", "--prefix", project, "vma-inspector", ...options];
  const encoding = "utf8";
  const { status, stdout, stderr } = spawnSync("npx", args, { cwd: folder, input, encoding });
  return { status, stdout, stderr };
}

const files = truth["f1-gpt-ext4.vma"];
const backup = join(fixtures, "f1-gpt-ext4.vma.zst");

test("npx says what a backup is, with the exit codes of the paper and nothing of Node's", () => {
  const told = said(["info", backup]);
  assert.deepEqual([told.status, told.stderr], [0, ""]);
  assert.match(told.stdout, new RegExp(files.uuid));
  // The name is none of vzdump's: a remark.
  assert.equal(said(["verify", "-q", backup]).status, 1);
  assert.equal(said(["verify", "-q", join(fixtures, "truth.json")]).status, 3);
  assert.equal(said(["verify"]).status, 64);
});

test("a disk, a configuration and a file come out as they went in, by any name of a path", () => {
  const here = join(project, "here");
  mkdirSync(here);
  const disk = files.devices[0];
  for (const [at, path] of ["made.raw", join(here, "made-too.raw")].entries()) {
    const made = said(["export", "-q", backup, "-f", "raw", "-o", path], { folder: here });
    assert.equal(made.status, 0, made.stderr);
    const whole = join(here, at === 0 ? "made.raw" : "made-too.raw");
    assert.equal(sha256(readFileSync(whole)), disk.sha256);
    // With holes.
    assert.ok(statSync(whole).blocks * 512 < statSync(whole).size);
  }
  const conf = truth["c-configs.vma"].configs[0];
  // In the folder of the backup, as the command that npm has put there.
  const command = join(project, "node_modules/.bin/vma-inspector");
  const given = execFileSync(command, ["config", "c-configs.vma.gz", conf.name], { cwd: fixtures });
  assert.equal(sha256(given), conf.sha256);
  // What only looks like a path is none.
  for (const [place, told] of [
    ["scsi0:2:/", /lost\+found/],
    ["scsi0:2:/etc/..", /no such thing in this file system/],
  ]) {
    const { stdout, stderr } = said(["ls", backup, place]);
    assert.match(stdout + stderr, told);
  }
});

test("a path may lead up, and through a link", () => {
  const place = join(project, "place/below");
  mkdirSync(place, { recursive: true });
  symlinkSync(fixtures, join(project, "place/link"));
  symlinkSync(backup, join(place, "linked.vma.zst"));
  for (const path of [
    "../link/c-configs.vma",
    "linked.vma.zst",
    "../../place/below/linked.vma.zst",
  ]) {
    assert.equal(said(["info", path], { folder: place }).status, 0, path);
  }
  const made = said(["export", "-q", "linked.vma.zst", "-f", "raw", "-o", "../../up.raw"], {
    folder: place,
  });
  assert.equal(made.status, 0, made.stderr);
  assert.equal(sha256(readFileSync(join(project, "up.raw"))), files.devices[0].sha256);
});

test("what comes through a pipe is verified, and what is cut off is damaged", () => {
  const bytes = readFileSync(backup);
  assert.equal(said(["verify", "-q", "-"], { input: bytes }).status, 1);
  const cut = join(project, "cut.vma.zst");
  writeFileSync(cut, bytes);
  truncateSync(cut, bytes.length / 2);
  assert.equal(said(["verify", "-q", cut]).status, 2);
});

test("its report is the native program's own", () => {
  const what = ["report", "--json", backup];
  const cargo = ["run", "-q", "--locked", "--features", "cli", "--bin", "vma-inspector", "--"];
  const native = spawnSync("cargo", [...cargo, ...what], { cwd: root, encoding: "utf8" });
  const own = said(what);
  assert.deepEqual([own.status, native.status], [1, 1], native.stderr);
  const reports = [own, native].map(({ stdout }) => JSON.parse(stdout));
  // When each was made, and what a checkpoint takes where numbers have 32 bits.
  for (const report of reports) {
    delete report.createdAt;
    delete report.container.checkpointBytes;
  }
  assert.deepEqual(reports[0], reports[1]);
});
