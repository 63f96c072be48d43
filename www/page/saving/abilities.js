/** What this browser lets the page do with files. */
import { roomBeside } from "../room.js";
import { measuredRoom } from "./room.js";

/** @typedef {import("../model.js").Abilities} Abilities */

/**
 * @param {boolean} serviceWorker whether one runs
 * @returns {Promise<Abilities>}
 */
export async function abilities(serviceWorker) {
  return {
    serviceWorker,
    filePicker: "showSaveFilePicker" in globalThis,
    folderPicker: "showDirectoryPicker" in globalThis,
    ...roomBeside(await measuredRoom(), []),
    // Only Chromium has the picker, and only it takes larger files.
    stageLimited: !("showSaveFilePicker" in globalThis),
  };
}
