// A disk with file systems that the programs of others made of a tree of files: ext4, FAT,
// swap, and one that is encrypted.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { root } from "../../../www/build/tools.mjs";
import { folder, makeArchive, makeFile, qemuServerConf } from "./archives.mjs";

/** Where the file system of Linux's starts on the disk. */
const LINUX_AT = 1024 * 1024;
export const CLUSTER = 65_536;
/** Entries of a large folder. */
export const MANY = 3000;
/** When all files were changed, in seconds. */
export const CHANGED_AT = 1_714_979_289;
/** A name that would turn the letters behind it round, if it were not shown. */
export const TURNED = "report\u202efdp.exe";

const env = {
  ...process.env,
  PATH: `/usr/sbin:/sbin:${process.env["PATH"]}`,
  MTOOLS_SKIP_CHECK: "1",
};
const run = (program, ...args) =>
  execFileSync(program, args, { env, encoding: "utf8", cwd: folder, stdio: "pipe" });

const tree = join(folder, "tree");
/** Contents by path. */
export const FILES = {
  "etc/fstab": Buffer.from("# Größe\nUUID=1 / ext4 defaults 0 1\n"),
  // Windows-1252: "5 €".
  "etc/price.txt": Buffer.from([0x35, 0x20, 0x80, 0x0a]),
  "etc/wide.txt": Buffer.from("\ufeffžluťoučký", "utf16le"),
  "srv/a/b/needle.txt": Buffer.from("found\n"),
  "srv/data.bin": Buffer.from(
    Uint8Array.from({ length: 300_000 }, (_, at) => (at * 37 + (at >> 9)) & 255),
  ),
  "srv/picture.png": readFileSync(join(root, "www/build/picture.png")),
  [`srv/${TURNED}`]: Buffer.from([0, 1, 2, 3]),
};

function makeTree() {
  for (const path of ["etc", "srv/a/b", "many", "empty"]) {
    mkdirSync(join(tree, path), { recursive: true });
  }
  for (const [path, content] of Object.entries(FILES)) {
    writeFileSync(join(tree, path), content);
    chmodSync(join(tree, path), 0o644);
    utimesSync(join(tree, path), CHANGED_AT, CHANGED_AT);
  }
  for (let at = 0; at < MANY; at += 1) writeFileSync(join(tree, `many/n${at}`), "");
  symlinkSync("srv/data.bin", join(tree, "link"));
}

/** The disk, and where the blocks of a file are in it, as debugfs says. */
function makeDisk() {
  makeTree();
  run("truncate", "-s", "24M", "linux.img");
  run("mkfs.ext4", "-q", "-b", "4096", "-L", "root", "-d", tree, "linux.img");
  run("truncate", "-s", "8M", "fat.img");
  run("mkfs.fat", "-F", "12", "-n", "EFI", "fat.img");
  makeFile("readme.txt", "read me\n");
  run("mcopy", "-i", "fat.img", "readme.txt", "::readme.txt");
  run("mcopy", "-i", "fat.img", "readme.txt", "::secret.txt");
  run("mattrib", "-i", "fat.img", "+h", "::secret.txt");
  run("truncate", "-s", "8M", "swap.img");
  run("mkswap", "-L", "away", "swap.img");
  run("truncate", "-s", "48M", "files.raw");
  const parts = [
    "-n",
    "1:0:+24M",
    "-n",
    "2:0:+8M",
    "-t",
    "2:ef00",
    "-n",
    "3:0:+8M",
    "-t",
    "3:8200",
  ];
  run("sgdisk", ...parts, "files.raw");
  for (const [image, at] of [
    ["linux.img", 1],
    ["fat.img", 25],
    ["swap.img", 33],
  ]) {
    run("dd", `if=${image}`, "of=files.raw", "bs=1M", `seek=${at}`, "conv=notrunc", "status=none");
  }
  return join(folder, "files.raw");
}

/** Offset on the disk of each block of a file. */
function blocksOf(path) {
  const told = run("debugfs", "-R", `blocks "${path}"`, "linux.img");
  return told
    .trim()
    .split(/\s+/)
    .map((block) => LINUX_AT + Number(block) * 4096);
}

const disk = makeDisk();
const config = `qemu-server.conf=${makeFile("files.conf", qemuServerConf("drive-scsi0"))}`;
/** What the writer takes to put it, and a configuration, into an archive. */
export const options = ["--disk-from", `drive-scsi0=${disk}`, "--config", config];

export const archive = makeArchive("vzdump-qemu-120-2024_05_06-07_08_09.vma", ...options);
/** Of a file, bytes from here on are lost. */
export const LOST_FROM = 200_000;
const inLostCluster = (at) => Math.floor(at / CLUSTER) === lostCluster;
const lostCluster = Math.floor(blocksOf("/srv/data.bin")[Math.floor(LOST_FROM / 4096)] / CLUSTER);
export const holed = makeArchive(
  "vzdump-qemu-121-2024_05_06-07_08_09.vma",
  ...options,
  ...["--leave-out", `1:${lostCluster}`],
);
/** Bytes of the file before the cluster that is left out. */
export const kept =
  blocksOf("/srv/data.bin").findIndex((at) => Math.floor(at / CLUSTER) === lostCluster) * 4096;
/** Bytes of each file that lie in that cluster, by path: those that are hit. */
export const hit = new Map(
  Object.entries(FILES).flatMap(([path, { length }]) => {
    const blocks = blocksOf(`/${path}`);
    const bytes = blocks
      .map((at, number) => (inLostCluster(at) ? Math.min(4096, length - number * 4096) : 0))
      .reduce((sum, each) => sum + each, 0);
    return bytes > 0 ? [[`/${path}`, bytes]] : [];
  }),
);
export const packed = makeFile(
  "vzdump-qemu-120-2024_05_06-07_08_09.vma.zst",
  execFileSync("zstd", ["-qc", archive.path], { maxBuffer: 1 << 28 }),
);
