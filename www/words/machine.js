/** What a machine is, in a few words. */
import { size } from "./format.js";
import { keyOf, text } from "./text.js";

/** @typedef {import("../core/vma_inspector.js").VmSummary} VmSummary */

/**
 * The system; a code that is not known is given as it is. Null where none is stated.
 * @param {VmSummary} summary
 */
export function systemName({ osType }) {
  if (osType === null) return null;
  const key = keyOf("os", osType);
  return key ? text(key) : osType;
}

/**
 * System, processor, memory, firmware.
 * @param {VmSummary} summary
 */
export function machineLine(summary) {
  const { cores, sockets, memoryMib, bios } = summary;
  return [
    systemName(summary),
    text("count.core", { count: (cores ?? 1) * (sockets ?? 1) }),
    memoryMib !== null && size(memoryMib * 1024 * 1024),
    bios === "ovmf" ? text("head.uefi") : text("head.bios"),
  ]
    .filter((each) => each !== null && each !== false)
    .join(", ");
}

/**
 * How long ago something was, in the largest unit of which there is one.
 * @param {number} seconds that have gone by
 * @returns {string | null} null for what is still to come
 */
export function ago(seconds) {
  if (seconds < 0) return null;
  const found = UNITS.find(([, length]) => seconds >= length);
  if (!found) return text("ago.now");
  const [unit, length] = found;
  return text(`ago.${unit}`, { count: Math.floor(seconds / length) });
}

/** With their lengths in seconds. */
const UNITS = /** @type {const} */ ([
  ["year", 365.25 * 86_400],
  ["month", 30.44 * 86_400],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
]);
