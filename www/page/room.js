/**
 * Whether there is room for a file before it is begun, where that can be known: in the
 * browser's own storage and in its memory. Of a file or a folder that a person picks, no
 * browser says it, and neither does this. Pure.
 */
import { isLive } from "./save.js";
import { isTooLargeToStage, MEMORY_MAX, waysFor } from "./ways.js";
import { diskWanted, wishFor } from "./wish.js";

/** @typedef {import("../shared/messages.js").SaveWhat} SaveWhat */
/** @typedef {import("../shared/shortage.js").Shortage} Shortage */
/** @typedef {import("./model.js").Abilities} Abilities */
/** @typedef {import("./model.js").Save} Save */
/** @typedef {import("./model.js").ShownArchive} ShownArchive */
/** @typedef {Pick<Abilities, "stageFree" | "memoryFree">} Room */

/** Into the storage or the memory, and not at its end. @param {Save} save */
export function takesRoom(save) {
  return isLive(save) && (save.file.way === "stage" || save.file.way === "blob");
}

/**
 * Saves that take room before another does: those that were wanted earlier, and those that
 * are begun.
 * @param {readonly Save[]} saves
 * @param {string} id of the other
 */
export function savesBefore(saves, id) {
  const at = saves.findIndex((save) => save.id === id);
  return saves.filter((save, i) => save.id !== id && (i < at || save.file.begun));
}

/**
 * The save whose end gives back memory that another lacks; null if that is not the lack.
 * @param {import("./ways.js").Wish} wish
 * @param {Abilities} can what there is beside the saves before it
 * @param {readonly Save[]} before
 */
export function memoryHolder(wish, can, before) {
  const holder = before.findLast((save) => takesRoom(save) && save.file.way === "blob");
  const helps = waysFor(wish, { ...can, memoryFree: MEMORY_MAX }).some(({ way }) => way === "blob");
  return holder && helps ? holder.id : null;
}

/**
 * What is left once the saves under way have taken what they may still need.
 * @param {number | null} measured bytes that the storage takes, by what the browser says now
 * @param {readonly Save[]} saves
 * @returns {Room}
 */
export function roomBeside(measured, saves) {
  const others = saves.filter(takesRoom);
  /** @param {"stage" | "blob"} way */
  const sizes = (way) =>
    others
      .filter(({ file }) => file.way === way)
      // What is written by now counts as used in the storage; memory holds it to the end.
      .map(({ file, progress }) =>
        Math.max(0, file.sizeMax - (way === "stage" ? progress.taken : 0)),
      )
      .reduce((sum, bytes) => sum + bytes, 0);
  return {
    stageFree: measured === null ? null : Math.max(0, measured - sizes("stage")),
    memoryFree: Math.max(0, MEMORY_MAX - sizes("blob")),
  };
}

/**
 * Why a file finds no way, and what would.
 * @param {ShownArchive} archive
 * @param {SaveWhat} what
 * @param {Abilities} can
 * @param {boolean} isShared whether other saves take room as well
 * @returns {Shortage}
 */
export function shortageOf(archive, what, can, isShared) {
  const wish = wishFor(archive, what);
  return {
    sizeMax: wish.sizeMax,
    isExact: wish.exact,
    stageFree: can.stageFree,
    isTooLarge: isTooLargeToStage(wish.sizeMax, can),
    formats: "format" in what ? formatsWithRoom(archive, what, can) : [],
    canPick: can.filePicker,
    hasServiceWorker: can.serviceWorker,
    isShared,
  };
}

/**
 * @param {ShownArchive} archive
 * @param {Extract<SaveWhat, { format: string }>} what
 * @param {Abilities} can
 */
function formatsWithRoom(archive, { deviceId, format }, can) {
  return (archive.formats.get(deviceId) ?? [])
    .filter(({ code, size }) => code !== format && size !== null)
    .map(({ code }) => code)
    .filter((code) => {
      const wish = wishFor(archive, diskWanted(archive, deviceId, code, can));
      return waysFor(wish, can).length > 0;
    });
}
