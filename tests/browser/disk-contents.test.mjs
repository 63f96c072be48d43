// What is on a disk, told from its own structures: made by the programs of others, and
// shown by the page while the backup is scanned, packed or not.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { folder, makeArchive, makeFile } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const disk = join(folder, "contents.raw");
const make = `set -e; cd "${folder}"; truncate -s 64M "$F"
sgdisk -n 1:0:+34M -t 1:ef00 -n 2:0:+16M -n 3:0:0 -t 3:8200 "$F"
truncate -s 34M a; mkfs.fat -F 32 -n EFI a; dd if=a of="$F" bs=1M seek=1 conv=notrunc
truncate -s 16M b; mkfs.ext4 -q -L root b; dd if=b of="$F" bs=1M seek=35 conv=notrunc
truncate -s 8M c; mkswap -L away c; dd if=c of="$F" bs=1M seek=51 conv=notrunc`;
execFileSync("sh", ["-c", make], {
  env: { PATH: "/usr/sbin:/sbin:/usr/bin:/bin", F: disk },
  stdio: "ignore",
});
const archive = makeArchive("contents.vma", "--disk-from", `drive-scsi0=${disk}`);
const packed = execFileSync("zstd", ["-q", "-c", archive.path], { maxBuffer: 1 << 27 });
const zst = makeFile("contents.vma.zst", packed);
const line = "GPT: EFI, ext4 “root”, swap “away”";

/** Everything that the page says of the disk. */
async function assertTold(inspector) {
  await inspector.shows(line, "#devices");
  await inspector.openDisk("drive-scsi0");
  await inspector.clickIn(".disk:has([aria-expanded=true])", /^Holds/);
  await inspector.shows("Its structures are those of Linux.", "#devices");
  const uuid = execFileSync("/usr/sbin/blkid", [
    "-p",
    "-s",
    "UUID",
    "-o",
    "value",
    join(folder, "b"),
  ]);
  await inspector.shows(`UUID ${String(uuid).trim()}`, "#devices");
}

inEachBrowser("What is on a disk", {
  async "is told of a plain backup"(inspector) {
    await inspector.openArchive(archive.path);
    await assertTold(inspector);
  },

  async "is told of a packed one"(inspector) {
    await inspector.openArchive(zst);
    await assertTold(inspector);
    // The same once more, of the scan that was kept.
    await inspector.openArchive(zst);
    await inspector.shows("nothing was missing then", "#devices");
    await assertTold(inspector);
  },

  async "is not made up where its bytes are lost"(inspector) {
    const bytes = readFileSync(archive.path);
    bytes[archive.headerSize + 30] ^= 1;
    const broken = makeFile("contents-broken.vma", bytes);
    await inspector.openArchive(broken);
    await inspector.shows("GPT: cannot be read, lost, ext4 “root”, swap “away”", "#devices");
    await inspector.openDisk("drive-scsi0");
    await inspector.clickIn(".disk:has([aria-expanded=true])", /^Holds/);
    await inspector.shows("Some of what this is read from is lost", "#devices");
    const shown = await inspector.page.text("#devices");
    assert.ok(!shown.includes(line), shown);
  },
});
