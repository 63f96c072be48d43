// What a raw disk begins like, held against images that qemu-img makes itself.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { after, test } from "node:test";
import { root } from "../../www/build/tools.mjs";
import { Beginning, formatOf } from "../../www/worker/saving/beginning.js";

const folder = mkdtempSync(join(tmpdir(), "vma-inspector-beginning-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const hasQemuImg = spawnSync("qemu-img", ["--version"]).status === 0;
assert.ok(hasQemuImg || !env.VMA_TESTS_HAVE_PROGRAMS, "qemu-img is missing");
const skip = hasQemuImg ? false : "qemu-img is missing";

/** The format that QEMU guesses. */
function guessed(path) {
  const told = execFileSync("qemu-img", ["info", "--output=json", path], { encoding: "utf8" });
  return JSON.parse(told).format;
}

/** 512 bytes with a text at their beginning. */
const sector = (text) => Buffer.concat([Buffer.from(text, "latin1")], 512);

/**
 * The header of a LUKS image as qemu-img 7.2.22 makes it. To make one, it measures the
 * processor, and gives up where that is busy.
 */
const luks = readFileSync(join(root, "tests/fixtures/luks1.head"));
for (const [driver, format, ...options] of [
  ["qcow2", "qcow2"],
  ["qcow2", "qcow2", "-o", "compat=0.10"],
  ["qcow", "qcow"],
  ["qed", "QED"],
  ["vmdk", "VMDK"],
  ["vmdk", "VMDK", "-o", "subformat=streamOptimized"],
  ["vmdk", "VMDK", "-o", "subformat=monolithicFlat"],
  ["vdi", "VDI"],
  ["vhdx", "VHDX"],
  ["vpc", "VHD"],
  ["parallels", "Parallels"],
  // A fixed VHD is one by its end, which nobody looks at to guess.
  ["vpc", null, "-o", "subformat=fixed"],
  ["raw", null],
]) {
  test(`an image of ${driver} ${options.at(-1) ?? ""} begins like ${format}`, { skip }, () => {
    const path = join(folder, "image");
    execFileSync("qemu-img", ["create", "-q", "-f", driver, ...options, path, "1M"]);
    assert.equal(guessed(path), format === null ? "raw" : driver);
    assert.equal(formatOf(readFileSync(path).subarray(0, 512)), format);
    rmSync(path);
  });
}

test("an image of luks begins like LUKS", { skip }, () => {
  const path = join(folder, "luks");
  writeFileSync(path, Buffer.concat([luks, Buffer.alloc(3_000_000)]));
  assert.equal(guessed(path), "luks");
  assert.equal(formatOf(luks.subarray(0, 512)), "LUKS");
  rmSync(path);
});

test("formats that qemu-img does not make are known by what it looks for", () => {
  for (const [text, format] of [
    ["COWD", "VMDK"],
    ["Bochs Virtual HD Image", "Bochs"],
    [
      "#!/bin/sh\n#V2.0 Format\nmodprobe cloop file=$0 && mount -r -t iso9660 /dev/cloop $1\n",
      "cloop",
    ],
    ["WithouFreSpacExt", "Parallels"],
    ["# Disk DescriptorFile\n", "VMDK"],
  ]) {
    assert.equal(formatOf(sector(text)), format, text);
  }
});

test("a text is VMDK's as soon as QEMU takes it for that", { skip }, () => {
  for (const [text, is] of [
    ["version=1\n", true],
    ["# a comment\n  \nversion=2\r\n", true],
    ["#\n#\n   \r\nversion=3\n", true],
    ["version=4\n", false],
    ["\nversion=1\n", false],
    ["# a comment\n x\nversion=1\n", false],
  ]) {
    const path = join(folder, "text");
    writeFileSync(path, sector(text));
    const { stdout, stderr } = spawnSync("qemu-img", ["info", path], { encoding: "utf8" });
    // It takes no text without a disk for whole, but says by which driver.
    const isTaken = !stdout.includes("file format: raw");
    assert.equal(isTaken, is, `${JSON.stringify(text)}: ${stdout}${stderr}`);
    assert.equal(formatOf(sector(text)), is ? "VMDK" : null, JSON.stringify(text));
  }
});

test("disks as they are begin like nothing else", () => {
  assert.equal(formatOf(new Uint8Array(512)), null);
  const boot = Buffer.alloc(512, 0x90);
  boot.writeUInt16BE(0x55aa, 510);
  assert.equal(formatOf(boot), null);
  assert.equal(formatOf(sector("\xebR\x90NTFS    ")), null);
  assert.equal(formatOf(new Uint8Array(0)), null);
});

test("the beginning of a file is noted in whatever pieces and order it comes", async () => {
  const magic = sector("QFI\xfb\0\0\0\x03");
  const cuts = [
    [[0, magic]],
    [
      [4, magic.subarray(4)],
      [600, magic],
      [0, magic.subarray(0, 4)],
    ],
    [[0, new Blob([magic, new Uint8Array(4096)])]],
    [[0, Buffer.concat([magic, Buffer.alloc(4096)])]],
  ];
  for (const pieces of cuts) {
    const beginning = new Beginning();
    const written = [];
    const sink = beginning.of({ write: async (offset) => written.push(offset) });
    for (const [offset, bytes] of pieces) await sink.write(offset, bytes);
    assert.equal(beginning.format, "qcow2");
    assert.deepEqual(
      written,
      pieces.map(([offset]) => offset),
    );
  }
});
