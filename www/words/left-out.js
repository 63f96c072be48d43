/** What the backup leaves out of the machine, as its configuration has it. */
import { missedDrives } from "./facts.js";
import { size } from "./format.js";
import { text } from "./text.js";

/** @typedef {import("./archive.js").ScannedArchive} ScannedArchive */
/** @typedef {import("../core/vma_inspector.js").DrivesLeftOut} DrivesLeftOut */

/** Of many disks they are long, and asked for again and again. @type {WeakMap<DrivesLeftOut, { of: unknown, sentences: string[] }>} */
const known = new WeakMap();

/**
 * A sentence for each disk that is not in the backup, or not in the configuration.
 * @param {Pick<ScannedArchive, "leftOut" | "overview">} archive
 * @returns {string[]}
 */
export function leftOutSentences({ leftOut, overview }) {
  if (!leftOut) return [];
  const former = known.get(leftOut);
  if (former?.of === overview) return former.sentences;
  const sentences = newSentences(leftOut, overview);
  known.set(leftOut, { of: overview, sentences });
  return sentences;
}

/**
 * @param {DrivesLeftOut} leftOut
 * @param {ScannedArchive["overview"]} overview
 */
function newSentences(leftOut, overview) {
  const missed = missedDrives(leftOut).map(({ key, size: bytes, state, mapped }) => {
    const drive = named(key, bytes);
    if (state === "excluded") return text("missed.excluded", { drive });
    return mapped ? text("missed.mapped", { drive }) : text("missed.not-there", { drive });
  });
  const unnamed = leftOut.unnamed.map(({ name, size: bytes }) => {
    const safe = overview.devices.find((device) => device.name === name)?.safeName ?? "";
    return text("missed.unnamed", { drive: named(safe, bytes) });
  });
  return [...missed, ...unnamed];
}

/**
 * Whether a drive is in the backup, and if not, why.
 * @param {DrivesLeftOut["drives"][number]} drive
 */
export function whereItIs({ state, device, mapped }) {
  if (state === "not-there" && mapped) return text("drive-state.mapped");
  return state === "in-backup" ? (device ?? "") : text(`drive-state.${state}`);
}

/**
 * @param {string} name
 * @param {number | null} bytes
 */
function named(name, bytes) {
  return bytes === null ? name : text("missed.with-size", { name, size: size(bytes) });
}
