/** Why a file finds no room, in words, and what helps. */
import { isFormat } from "./disk-formats.js";
import { size } from "./format.js";
import { listOf } from "./numbers.js";
import { text } from "./text.js";

/** @typedef {import("../shared/shortage.js").Shortage} Shortage */

/**
 * @param {Shortage} shortage
 * @returns {{ why: string, helps: string[] }}
 */
export function noRoom(shortage) {
  const wanted = { size: size(shortage.sizeMax) };
  const takes = shortage.isExact ? text("no-room.exact", wanted) : text("no-room.most", wanted);
  return { why: `${takes} ${roomThere(shortage)}`, helps: helpsOf(shortage) };
}

/** @param {Shortage} shortage */
function roomThere({ stageFree, isTooLarge }) {
  if (stageFree === null) return text("no-room.no-storage");
  return isTooLarge ? text("no-room.limit") : text("no-room.there", { room: size(stageFree) });
}

/** @param {Shortage} shortage */
function helpsOf({ sizeMax, stageFree, isTooLarge, formats, canPick, hasServiceWorker, isShared }) {
  const names = formats.filter(isFormat).map((code) => text(`format.${code}.name`));
  const lack = stageFree === null || isTooLarge ? 0 : sizeMax - stageFree;
  return [
    canPick && text("no-room.pick"),
    names.length > 0 && text("no-room.formats", { formats: listOf(names) }),
    isShared && text("no-room.wait"),
    lack > 0 && text("no-room.free", { size: size(lack) }),
    !hasServiceWorker && text("no-room.window"),
    !canPick && isTooLarge && text("no-room.other-browser"),
  ].filter((help) => help !== false);
}
