// Names of saved files: what a backup's own name, or a name in it, may make of them.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { baseName, configName, imageName } = await built("page/names.js");

test("usual names stay as they are", () => {
  const usual = "vzdump-qemu-107-2024_05_06-07_08_09.vma.zst";
  assert.equal(imageName(usual, "drive-scsi0", "raw"), "107-drive-scsi0.raw");
  assert.equal(configName(usual, "qemu-server.conf"), "107-qemu-server.conf");
  assert.equal(configName(usual, "qemu-server.fw"), "107-qemu-server.fw");
  assert.equal(baseName("Büro-2.vma"), "Büro-2");
});

test("a config chooses neither the beginning nor the ending of its file's name", () => {
  for (const [name, saved] of [
    ["setup.exe", "old-setup.exe.txt"],
    ["x.lnk", "old-x.lnk.txt"],
    ["desktop.ini", "old-desktop.ini.txt"],
    ["autorun.inf", "old-autorun.inf.txt"],
    ["notes", "old-notes.txt"],
    ["conf", "old-conf.txt"],
    ["x.conf.desktop", "old-x.conf.desktop.txt"],
    ["README.TXT", "old-README.TXT"],
  ]) {
    assert.equal(configName("old.vma", name), saved);
  }
});

test("what is not seen, turns the writing, or reads as an option goes", () => {
  assert.equal(baseName("-rf.vma"), "rf");
  assert.equal(baseName("..--x.vma"), "x");
  assert.equal(baseName("a\u200bb\u200dc\u202ed\u2066e\ufefff\u115fg.vma"), "a_b_c_d_e_f_g");
  assert.equal(baseName("a\ud83d.vma"), "a_");
  assert.equal(baseName("\u202e-.vma"), "_-");
});

test("no name is one that Windows keeps for a device", () => {
  const devices = ["con", "nul", "com1", "COM¹", "lpt²", "LPT³", "aux"];
  for (const device of devices) {
    for (const archive of [`${device}.vma`, `${device}.x.vma`, `${device} .x.vma`]) {
      const [stem] = imageName(archive, "drive-scsi0", "raw").split(".");
      assert.notEqual(stem.trimEnd().toLowerCase(), device.toLowerCase(), archive);
    }
  }
  assert.equal(baseName("comma.x.vma"), "comma.x");
});

test("names are cut between characters, and have at most 255 bytes in all", () => {
  // The file systems of Linux count bytes, NTFS halves of characters.
  const bytes = (name) => Buffer.byteLength(name);
  for (const letter of ["a", "ä", "中", "😀", "e\u0301"]) {
    for (const lead of ["", "x", "xx", "xxx", "x".repeat(99)]) {
      const archive = `${lead}${letter.repeat(300)}.vma`;
      // The longest that the core makes of a device's or a config's name.
      const names = [
        imageName(archive, "d".repeat(100), "vmdk"),
        configName(archive, "c".repeat(100)),
      ];
      for (const name of names) {
        assert.ok(bytes(name) + bytes(" (1000)") <= 255, name);
        assert.ok(name.isWellFormed(), name);
        encodeURIComponent(name);
      }
      assert.ok(bytes(baseName(archive)) > 115, "no shorter than need be");
    }
  }
});
