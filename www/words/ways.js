/** Ways for a file to get to the person, in words. */
import { size } from "./format.js";
import { text } from "./text.js";

/**
 * Why there is no way at all.
 * @param {number} sizeMax bytes of the file
 * @param {number | null} stageFree bytes that the browser's own storage takes
 */
export function noWay(sizeMax, stageFree) {
  const wanted = size(sizeMax);
  return stageFree === null
    ? text("no-way", { size: wanted })
    : text("no-way.with-room", { size: wanted, room: size(stageFree) });
}
