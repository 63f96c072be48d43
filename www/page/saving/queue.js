/** Which saves may go on: one waits for the scan, for a pass, or for another save. Pure. */
import { isLive } from "../save.js";

/** @typedef {import("../model.js").Save} Save */

/**
 * Whether no disk is being written while a scan goes through the backup.
 * @param {readonly Save[]} saves
 */
export function passIsFree(saves) {
  return !saves.some(
    ({ what, phase }) => what.kind === "one-pass" && (phase === "starting" || phase === "running"),
  );
}

/**
 * The first save that need not wait any longer for a pass or for another save.
 * @param {readonly Save[]} saves
 * @param {boolean} scanned the shown archive's scan is finished: until then it is not known how
 *   disks are laid out
 */
export function nextDue(saves, scanned) {
  return (
    saves.find(({ phase, waitsFor }) => {
      if (phase !== "waiting") return false;
      if (waitsFor.kind === "pass") return scanned && passIsFree(saves);
      return waitsFor.kind === "save" && !saves.some((s) => s.id === waitsFor.id && isLive(s));
    }) ?? null
  );
}

/**
 * Those that wait for the scan of an archive.
 * @param {readonly Save[]} saves
 * @param {number} archive
 */
export function waitingForScan(saves, archive) {
  return saves.filter(
    (save) => save.archive === archive && save.phase === "waiting" && save.waitsFor.kind === "scan",
  );
}
