// What the files in a disk tell of the machine, as a person reads it. What is expected is
// what was written into the tree that mke2fs packed.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { folder, makeArchive, makeFile, qemuServerConf } from "./support/archives.mjs";
import { inEachBrowser } from "./support/suite.mjs";

const env = { ...process.env, PATH: `/usr/sbin:/sbin:${process.env["PATH"]}` };
const run = (program, ...args) => execFileSync(program, args, { env, cwd: folder, stdio: "pipe" });

const UUID = "4a1c1c5e-9d5f-4f1f-8f0c-0123456789ab";
const FILES = {
  // Letters that would turn round what stands behind them.
  "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 \u202e(bookworm)"\n',
  "etc/hostname": "db01\n",
  "etc/passwd": "root:SECRET:0:0:root:/root:/bin/bash\nanna:x:1000:1000::/srv/anna:/bin/bash\n",
  "etc/fstab": `UUID=${UUID} / ext4 defaults 0 1\n`,
  "var/lib/postgresql/15/main/PG_VERSION": "15\n",
};

function makeMachine() {
  for (const [path, content] of Object.entries(FILES)) {
    const whole = join(folder, "machine", path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, content);
  }
  run("truncate", "-s", "8M", "machine.img");
  run("mke2fs", "-q", "-t", "ext4", "-U", UUID, "-d", "machine", "machine.img");
  const config = makeFile("machine.conf", qemuServerConf("drive-scsi0"));
  return makeArchive(
    "vzdump-qemu-130-2024_05_06-07_08_09.vma",
    ...["--disk-from", `drive-scsi0=${join(folder, "machine.img")}`],
    ...["--config", `qemu-server.conf=${config}`],
  );
}

const plain = makeMachine();
const packed = makeFile(
  "vzdump-qemu-130-2024_05_06-07_08_09.vma.zst",
  execFileSync("zstd", ["-qc", plain.path], { maxBuffer: 1 << 28 }),
);

/** All that a part of the page says. */
const said = ({ page }, id) =>
  page.evaluate((id) => document.querySelector(id)?.textContent ?? "", id);

async function tellsAll(inspector) {
  await inspector.shows(/Debian GNU\/Linux 12 U\+202E\(bookworm\) · host db01/, "#head");
  await inspector.clickIn("#tabs", /^Configuration$/);
  for (const words of [
    "Inside the machine",
    /Hostname\s*db01\s*\/etc\/hostname/,
    /User\s*anna · \/srv\/anna\s*\/etc\/passwd/,
    /Service\s*PostgreSQL · 15\s*\/var\/lib\/postgresql\/15/,
  ]) {
    await inspector.shows(words, "#guest");
  }
  assert.ok(!(await said(inspector, "body")).includes("SECRET"));
}

inEachBrowser("What files tell of the machine", {
  async "stands at the top, in the configuration and in the choice of file systems"(inspector) {
    await inspector.openArchive(plain.path);
    await tellsAll(inspector);
    await inspector.clickIn("#tabs", /^Files$/);
    await inspector.page.waitFor(() =>
      document.querySelector("#files-volume")?.textContent.startsWith("/ · "),
    );
  },

  async "is told of a packed backup once its files are looked at"(inspector) {
    await inspector.openArchive(packed);
    await inspector.clickIn("#tabs", /^Files$/);
    await tellsAll(inspector);
  },
});
