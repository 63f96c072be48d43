/** What saved files are called. */
import { imageName } from "../names.js";
import { safeName } from "./safe-name.js";

/** @typedef {import("../../shared/messages.js").SaveWhat} SaveWhat */
/** @typedef {import("../model.js").ShownArchive} ShownArchive */

/**
 * @param {ShownArchive} archive
 * @param {SaveWhat} what
 */
export function fileNameOf(archive, what) {
  const { file, overview, formats, elsewhere } = archive;
  if (what.kind === "appliance") return elsewhere.facts?.fileName ?? "vm.ova";
  if (what.kind === "files") return filesName(archive, what);
  const device = overview.devices.find(({ id }) => id === what.deviceId);
  const code = what.format;
  const format = formats.get(what.deviceId)?.find((known) => known.code === code);
  const extension = format?.extension ?? code.split("-")[0] ?? code;
  return imageName(file.name, device?.safeName ?? "disk", extension);
}

/**
 * Of one file its own name; of others that of the folder that they stand in, or the disk's.
 * @param {ShownArchive} archive
 * @param {Extract<SaveWhat, { kind: "files" }>} what
 */
function filesName({ overview }, { volume, chosen, form }) {
  const [only, ...others] = chosen;
  const name = others.length === 0 ? only?.path.at(-1)?.text : undefined;
  if (form === "file" && name !== undefined) return safeName(name);
  const device = overview.devices.find(({ id }) => id === volume.deviceId);
  return `${name === undefined ? (device?.safeName ?? "disk") : safeName(name)}.${form === "zip" ? "zip" : "tar"}`;
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
