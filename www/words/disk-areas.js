/** What is known of the parts of a disk, in words, for a table of them. Pure. */
import { areaName, kindWord } from "./disk-contents.js";
import { size } from "./format.js";
import { keyOf, text } from "./text.js";

/** @typedef {import("../core/vma_inspector.js").DiskContents} DiskContents */
/** @typedef {import("../core/vma_inspector.js").DiskArea} DiskArea */

/**
 * What has to be said of a disk beside its parts, one sentence each.
 * @param {DiskContents} contents
 */
export function contentsRemarks({ remarks, lost, inDoubt, bootLoader, system, complete }) {
  const loader = bootLoader === null ? null : keyOf("boot-loader", bootLoader);
  return [
    !complete && text("contents.incomplete"),
    lost && text("contents.some-lost"),
    inDoubt && text("contents.some-in-doubt"),
    ...remarks.map(({ code, partition }) => {
      const key = keyOf("partition-remark", code);
      return key !== null && text(key, { number: String(partition ?? 0) });
    }),
    loader !== null && text("contents.boot-loader", { loader: text(loader) }),
    system !== null &&
      (system === "linux" ? text("contents.system-linux") : text("contents.system-windows")),
  ].filter((line) => line !== false);
}

/**
 * Everything that is known of an area, for a row of a table: number, what it holds,
 * name, where, size, and what else.
 * @param {DiskArea} area
 * @param {number} [depth]
 * @returns {string[][]}
 */
export function areaRows(area, depth = 0) {
  const { number, name, offset, volumes } = area;
  const first = number === null ? (name ?? text("contents.whole-disk")) : String(number);
  const row = [
    depth > 0 ? text("contents.inside", { name: first }) : first,
    areaName({ ...area, volumes: [] }),
    (number === null ? null : name) ?? "",
    offset === null ? "" : size(offset),
    size(area.size),
    areaFacts(area).join(" · "),
  ];
  return [row, ...volumes.flatMap((one) => areaRows(one, depth + 1))];
}

/** @param {DiskArea} area */
function areaFacts({ volume, active, inDoubt, others, type, purpose, share, disks, copies }) {
  const plain = volume === null && purpose === null && type !== null;
  return [
    share === "elsewhere" && text("contents.elsewhere"),
    share === "unknown" && text("contents.shared"),
    disks.length > 0 && text("contents.on-disks", { count: disks.length }),
    ...copiesWords(copies),
    active && text("contents.active"),
    plain && text("contents.type", { type }),
    volume && volume.used !== null && text("contents.used", { size: size(volume.used) }),
    volume && volume.mounted !== null && text("contents.mounted", { folder: volume.mounted }),
    volume && volume.detail !== null && text("contents.detail", { detail: volume.detail }),
    volume && volume.uuid !== null && text("contents.uuid", { uuid: volume.uuid }),
    volume?.proof === "disagrees" && text("contents.disagrees"),
    inDoubt && text("contents.in-doubt"),
    others.length > 0 &&
      text("contents.others", { kinds: others.map((kind) => kindWord(kind)).join(", ") }),
  ].filter((line) => line !== false);
}

/**
 * What speaks against the copies of a mirror being all there, and the same.
 * @param {DiskArea["copies"]} copies
 */
export function copiesWords(copies) {
  if (!copies) return [];
  const { all, read, differing } = copies;
  return [
    read < all && text("contents.degraded", { read, all }),
    differing > 0 && text("contents.differing", { size: size(differing) }),
  ].filter((line) => line !== false);
}
