/** What saved files are called. */
import { imageName } from "../names.js";

/** @typedef {import("../../shared/messages.js").SaveWhat} SaveWhat */
/** @typedef {import("../model.js").ShownArchive} ShownArchive */

/**
 * @param {ShownArchive} archive
 * @param {SaveWhat} what
 */
export function fileNameOf({ file, overview, formats, elsewhere }, what) {
  if (what.kind === "appliance") return elsewhere.facts?.fileName ?? "vm.ova";
  const device = overview.devices.find(({ id }) => id === what.deviceId);
  const code = what.format;
  const format = formats.get(what.deviceId)?.find((known) => known.code === code);
  const extension = format?.extension ?? code.split("-")[0] ?? code;
  return imageName(file.name, device?.safeName ?? "disk", extension);
}

/**
 * Of the map of what a disk lacks.
 * @param {ShownArchive} archive
 * @param {number} deviceId
 */
export function mapName({ file, overview }, deviceId) {
  const device = overview.devices.find(({ id }) => id === deviceId);
  return imageName(file.name, device?.safeName ?? "disk", "map");
}
