/** What is on a disk, in words. Pure. */
import { keyOf, text } from "./text.js";

/** @typedef {import("../core/vma_inspector.js").DiskContents} DiskContents */
/** @typedef {import("../core/vma_inspector.js").DiskArea} DiskArea */

/** Parts that the line names; the table names all. */
const NAMED = 8;

/**
 * One short line, such as `GPT: EFI, ext4 “root”, swap`.
 * @param {DiskContents} contents
 */
export function contentsLine(contents) {
  const { scheme, areas } = contents;
  const parts = areas.filter(({ purpose }) => purpose !== "extended").map(areaName);
  const more = parts.length - NAMED;
  const shown =
    more > 0 ? [...parts.slice(0, NAMED), text("contents.more", { count: more })] : parts;
  const named = shown.join(", ");
  if (scheme === "none" && !contents.complete && areas.every(({ volume }) => !volume)) {
    return text("contents.not-known-yet");
  }
  if (scheme === "none" || (scheme === "unknown" && areas.some(({ volume }) => volume))) {
    return named;
  }
  if (scheme === "unknown") {
    return contents.complete ? text("contents.table-lost") : text("contents.not-known-yet");
  }
  const table = scheme === "gpt" ? text("contents.gpt") : text("contents.mbr");
  if (parts.length === 0) return text("contents.table-empty", { table });
  return text("contents.table-of", { table, parts: named });
}

/**
 * The partitions of a disk, to be drawn where they lie: bytes, and what each holds.
 * @param {DiskContents | undefined} contents
 */
export function contentsParts(contents) {
  if (!contents) return NO_PARTS;
  const known = partsOf.get(contents);
  if (known) return known;
  const areas = contents.areas.filter(
    ({ number, purpose }) => number !== null && purpose !== "extended",
  );
  const parts = areas.flatMap((area) =>
    area.offset === null
      ? []
      : [{ start: area.offset, end: area.offset + area.size, label: areaName(area) }],
  );
  partsOf.set(contents, parts);
  return parts;
}

/** @type {readonly { start: number, end: number, label: string }[]} */
const NO_PARTS = [];
/** The same for the same contents, so that nothing is drawn anew. @type {WeakMap<DiskContents, typeof NO_PARTS>} */
const partsOf = new WeakMap();

/**
 * What a part holds, with its name.
 * @param {DiskArea} area
 * @returns {string}
 */
export function areaName(area) {
  const { volume, purpose, group, volumes } = area;
  if (!volume) return withoutVolume(area);
  if (purpose === "efi-system") return text("partition-purpose.efi-system");
  const kind = kindWord(volume.kind);
  const name = volume.kind === "lvm" ? group : (volume.label ?? null);
  if (name !== null && volumes.length > 0) {
    const inside = volumes
      .filter(({ volume: held }) => held)
      .map((one) => {
        const what = areaName({ ...one, purpose: null });
        return text("contents.logical", { name: one.name ?? "", what });
      });
    const whole = text("contents.named", { kind, name });
    return inside.length > 0
      ? text("contents.group", { lvm: whole, inside: inside.join(", ") })
      : whole;
  }
  return name === null ? kind : text("contents.named", { kind, name });
}

/** @param {DiskArea} area */
function withoutVolume({ purpose, seen, pending, lost, number, refusal }) {
  if (refusal) return text("contents.not-joined");
  if (pending) return text("contents.not-known-yet");
  if (lost) return text("contents.lost");
  const key = purpose === null ? null : keyOf("partition-purpose", purpose);
  if (key) return text(key);
  if (!seen) return text("contents.not-looked-at");
  return number === null ? text("contents.nothing-known") : text("contents.unknown");
}

/** @param {string} kind */
export function kindWord(kind) {
  const key = keyOf("volume-kind", kind);
  return key ? text(key) : kind;
}
