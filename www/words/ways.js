/** Ways for a file to get to the person, in words. */
import { size } from "./format.js";

/**
 * Why there is no way at all.
 * @param {number} sizeMax bytes of the file
 * @param {number | null} stageFree bytes that the browser's own storage takes
 */
export function noWay(sizeMax, stageFree) {
  const room =
    stageFree === null ? "" : ` Its own storage has room for ${size(stageFree)} at the moment.`;
  return `This browser lets the page save no file of ${size(sizeMax)} here: it has no Service Worker, as in private windows and on pages without https.${room} Use a normal window of Chrome, Edge or Firefox.`;
}
