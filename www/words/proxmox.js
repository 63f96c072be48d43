/**
 * What Proxmox's own program would say, explained: what each of its messages
 * means, and what it means for a restore.
 */
import { text } from "./text.js";

/** @typedef {import("../core/vma_inspector.js").ProxmoxVerdict} Verdict */

/**
 * By how a message begins: that program gives its messages no codes.
 * @type {[RegExp, import("./text-types.js").IdsOf<"proxmox.message">][]}
 */
const MESSAGES = [
  [/^can't read vma header - /, "header-short"],
  [/^can't read vma header data - /, "header-data-short"],
  [/^not a vma file - /, "not-a-vma"],
  [/^wrong vma header size /, "header-size"],
  [/^wrong vma header chechsum/, "header-checksum"],
  [/^wrong vma version /, "version"],
  [/^wrong vma blob buffer (offset|size) /, "blob-buffer"],
  [/^vma contains invalid data pointers/, "pointers"],
  [/^read short extent /, "extent-short"],
  [/^wrong vma extent header chechsum/, "extent-checksum"],
  [/^wrong vma extent uuid/, "extent-uuid"],
  [/^wrong vma extent header magic/, "extent-magic"],
  [/^short vma extent \(/, "data-short"],
  [/^short vma extent - too many blocks/, "blocks-too-many"],
  [/^vma extent error - missing blocks/, "blocks-missing"],
  [/^found duplicated cluster /, "cluster-twice"],
  [/^found out of order vmstate data/, "vmstate-order"],
  [/^got wrong block address - /, "address"],
  [/^got wrong dev id /, "device"],
  [/^detected missing cluster /, "cluster-missing"],
  [/^can't create file .*: The image size is too large/, "file-too-large"],
  [/^can't create file /, "file-name"],
  [/^unable to write file: /, "config-name"],
  [/^(failed to allocate|overflow allocating) /, "memory"],
];

/** @type {Record<string, "unknown-disk" | "far-behind">} */
const ASSERTIONS = { "rstate->bitmap": "unknown-disk", "rstate->bitmap_size > idx": "far-behind" };

/** @typedef {"list" | "verify" | "extract"} Command */

/** The commands in the order in which they ask for more. @type {Command[]} */
export const COMMANDS = ["list", "verify", "extract"];

/**
 * What a verdict means, in a plain sentence.
 * @param {Command} command
 * @param {Verdict | null} said
 */
export function explanation(command, said) {
  if (!said) return "";
  if (said.verdict === "accepts") return text(`proxmox.accepts.${command}`);
  if (said.verdict === "crashes") return text("proxmox.crash");
  const message = said.message ?? "";
  if (said.verdict === "aborts") {
    const assertion = ASSERTIONS[message];
    return assertion ? text(`proxmox.assertion.${assertion}`) : "";
  }
  const known = MESSAGES.find(([begins]) => begins.test(message))?.[1];
  return known ? text(`proxmox.message.${known}`) : "";
}

/**
 * What the program prints, as a person would see it and look it up.
 * @param {Command} command
 * @param {Verdict} said
 */
export function printed(command, { verdict, message }) {
  if (verdict === "crashes") return "Segmentation fault";
  if (verdict === "aborts") return `Assertion \`${message}' failed.`;
  const ofExtents = !OF_HEADER.test(message ?? "") && command !== "list";
  const stage = command === "verify" ? "verify failed - " : "restore failed - ";
  return `vma: ${ofExtents ? stage : ""}${message}`;
}

/** Messages without “verify failed” in front. */
const OF_HEADER =
  /^(can't |unable to |not a vma file|wrong vma (header|version|blob)|vma contains|failed to allocate|overflow allocating)/;
