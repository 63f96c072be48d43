// A disk image alone, dropped on the page: told as what it is, its files listed and saved,
// and nothing said of it that nobody can know. What is expected is the tree that it was made
// of, and what qemu-img made.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder, makeFile } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const run = (program, ...given) =>
  execFileSync(program, given, {
    cwd: folder,
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });

/** Bytes that look like nothing. */
const data = Buffer.concat(
  Array.from({ length: 20_000 }, (_, at) => createHash("sha256").update(String(at)).digest()),
);

/** A disk with a table, and a file system in its first part. */
function makeDisk() {
  const tree = join(folder, "disk-image-tree");
  mkdirSync(join(tree, "srv"), { recursive: true });
  writeFileSync(join(tree, "srv/data.bin"), data);
  run("truncate", "-s", "16M", "image-ext4.img");
  run("mkfs.ext4", "-q", "-b", "4096", "-L", "root", "-d", tree, "image-ext4.img");
  run("truncate", "-s", "20M", "alone");
  run("sgdisk", "-n", "1:0:+16M", "alone");
  const whole = ["of=alone", "bs=1M", "seek=1", "conv=notrunc", "status=none"];
  run("dd", "if=image-ext4.img", ...whole);
  run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "alone", "disk.qcow2");
  const packed = ["-c", "-o", "compression_type=zstd"];
  run("qemu-img", "convert", ...packed, "-f", "raw", "-O", "qcow2", "alone", "packed.qcow2");
  run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "disk.qcow2", "-F", "qcow2", "top.qcow2");
  run("zstd", "-q", "-k", "alone", "-o", "disk.raw.zst");
  return readFileSync(join(folder, "alone"));
}

const disk = makeDisk();
const path = (name) => join(folder, name);

/** Opens an image, goes to its file and saves it. */
async function assertFileIsSaved(inspector) {
  await inspector.clickIn("#image", /^Files$/);
  await click(inspector, "srv");
  await inspector.shows(/srv$/, ".files-path");
  await click(inspector, "data.bin");
  await inspector.shows("data.bin", ".files-preview");
  const saved = await inspector.page.download(() => inspector.clickIn(".files-preview", /^Save$/));
  assert.equal(saved.sha256, sha256(data));
}

/** Clicks the name of a row. */
const click = ({ page }, name) =>
  page.waitFor((name) => {
    const rows = [...document.querySelectorAll(".files-rows .files-words > :first-child")];
    const row = rows.find(({ textContent }) => textContent === name);
    row?.click();
    return row;
  }, name);

/** Nothing green but what was saved before, and no word of a backup's. */
async function assertNothingIsJudged({ page }) {
  const seen = await page.evaluate(() => ({
    good: [...document.querySelectorAll("[data-tone=good]")].filter(
      (each) => each.getClientRects().length > 0 && !each.closest("#saves"),
    ).length,
    scan: document.querySelector("#scan").hidden,
    head: document.querySelector("#head").hidden,
    tabs: [...document.querySelectorAll("#tabs [role=tab]")]
      .filter((tab) => !tab.hidden)
      .map((tab) => tab.innerText),
  }));
  assert.deepEqual(seen, { good: 0, scan: true, head: true, tabs: ["Files", "Bytes"] });
}

inEachBrowser("A disk image alone", {
  async "in qcow2 is told as such, and its files are saved byte for byte"(inspector) {
    for (const name of ["disk.qcow2", "packed.qcow2"]) {
      await inspector.page.choose(path(name));
      await inspector.shows("A disk image (qcow2, 20 MiB), not a Proxmox backup", "#image");
      await inspector.shows("Nothing was checked", "#image");
      await inspector.shows("ext4", "#image");
      await inspector.shows("cannot be checked", "#devices");
      await assertFileIsSaved(inspector);
      await assertNothingIsJudged(inspector);
    }
  },

  async "that is raw needs no ending, and is saved as another format"(inspector) {
    await inspector.page.choose(path("alone"));
    await inspector.shows("A disk image (raw, 20 MiB), not a Proxmox backup", "#image");
    await assertFileIsSaved(inspector);
    await assertNothingIsJudged(inspector);
  },

  async "that is raw and packed is unpacked first"(inspector) {
    await inspector.page.choose(path("disk.raw.zst"));
    await inspector.shows("A disk image (raw, 20 MiB), not a Proxmox backup", "#image");
    await inspector.shows("has checksums, and they were compared", "#image");
    await assertFileIsSaved(inspector);
  },

  async "in qcow2 is saved as the raw disk that it was made of"(inspector) {
    await inspector.page.choose(path("disk.qcow2"));
    await inspector.shows("cannot be checked", "#devices");
    await inspector.chooseFormat("Raw image");
    const saved = await inspector.page.download(() => inspector.clickIn(".disk", /^Save$/));
    assert.equal(saved.sha256, sha256(disk));
  },

  async "that lacks its backing file is refused, and may be opened as raw"(inspector) {
    await inspector.page.choose(path("top.qcow2"));
    await inspector.shows("This disk image lacks its backing file", "#failure");
    await inspector.shows("disk.qcow2", "#failure");
    await inspector.clickIn("#failure", /raw disk/);
    await inspector.shows("A disk image (raw,", "#image");
  },

  async "is not what any other file is"(inspector) {
    await inspector.page.choose(makeFile("letter.bin", Buffer.from("ffd8ffe000104a46", "hex")));
    await inspector.shows("letter.bin", "#failure");
  },
});
