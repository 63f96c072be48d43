// Archives for the tests, written by the test-only writer into a folder that
// goes away with the tests.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../../www/build/tools.mjs";

export const folder = mkdtempSync(join(tmpdir(), "vma-inspector-test-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/**
 * @typedef {object} Made
 * @property {string} path
 * @property {number} size
 * @property {number} headerSize
 * @property {number} extents
 * @property {{ id: number, name: string, size: number, sha256: string }[]} disks
 * @property {number[]} offsets of the extents
 */

/**
 * Writes an archive.
 * @param {string} name of the file
 * @param {string[]} options of make-archive
 * @returns {Made}
 */
export function makeArchive(name, ...options) {
  const path = join(folder, name);
  const program = join(root, "target/release/make-archive");
  const json = execFileSync(program, ["--out", path, "--offsets", ...options], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return { path, ...JSON.parse(json) };
}

/**
 * Writes any other file.
 * @param {string} name
 * @param {string | Uint8Array} content
 */
export function makeFile(name, content) {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A qemu-server.conf as Proxmox stores it, for disks of these names. */
export function qemuServerConf(...devices) {
  const maps = devices.map((name) => {
    const drive = name.replace(/^drive-/, "");
    return `#qmdump#map:${drive}:${name}:local-lvm:raw:\n`;
  });
  const disks = devices.map((name) => {
    const drive = name.replace(/^drive-/, "");
    return `${drive}: local-lvm:vm-100-disk-0,size=32G\n`;
  });
  return [
    "bios: ovmf\ncores: 4\nmemory: 8192\nname: web-1\n",
    "net0: virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1\n",
    "ostype: l26\nscsihw: virtio-scsi-single\nsockets: 1\n",
    ...disks,
    ...maps,
  ].join("");
}

/**
 * @param {string} path
 * @returns {Promise<string>}
 */
export async function sha256(path) {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk);
  }
  return hash.digest("hex");
}
