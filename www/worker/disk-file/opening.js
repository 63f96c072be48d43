/** Opens a file that is no archive as a disk, where it is one. */
import { Unpacked } from "../../core/vma_inspector.js";
import { failure } from "../../shared/failure.js";
import { describe } from "../disk-reader.js";
import { OnDemand, watched } from "../on-demand.js";
import { DiskArchive } from "./disk-archive.js";

/** @typedef {import("../../core/vma_inspector.js").DiskContents} DiskContents */
/** @typedef {import("../../shared/messages.js").Failure} Failure */
/** @typedef {import("../source/any-source.js").AnySource} AnySource */

const reader = new OnDemand(() => import("../disk-file-wasm.js").then(({ load }) => load()), {
  unavailable: (message) => failure("files-unavailable", message),
  broken: (message) => failure("files-broken", message),
});

/** Names of raw disks, packed or not. */
const RAW_NAME = /\.(raw|img|dd)(\.(zst|gz|lzo|bz2))?$/i;
/** No archive, and nothing else that is known for sure. */
const NOTHING_KNOWN = new Set(["not-a-vma", "nothing-sound"]);

/**
 * The disk that a file holds which is no archive; null if that is none.
 * @param {AnySource} source
 * @param {Failure} refused why it is no archive
 * @param {{ name: string, largeWindow: boolean, asRaw: boolean }} how
 */
export async function openDiskFile(source, refused, { name, largeWindow, asRaw }) {
  const kind = refused.foreign?.kind ?? null;
  const isQcow2 = kind === "qcow2" && !asRaw;
  const mayBeRaw = asRaw || kind === "zeros" || NOTHING_KNOWN.has(refused.code);
  if (!isQcow2 && !mayBeRaw) return null;
  const unpacked = Unpacked.open(source, largeWindow);
  try {
    if (!isQcow2 && !asRaw && !(await isRawDisk(unpacked, kind, name))) {
      unpacked.free();
      return null;
    }
    const module = await reader.loaded();
    const { DiskFile } = module;
    const disk = reader.attempt(module, () =>
      isQcow2 ? DiskFile.qcow2(watched(unpacked.bytes())) : DiskFile.raw(watched(unpacked.bytes())),
    );
    return new DiskArchive(disk, unpacked, source.size);
  } catch (error) {
    unpacked.free();
    throw error;
  }
}

/**
 * By what is on it; by its name too, unless it is all zeros. What is packed would have to
 * be unpacked to be looked at.
 * @param {Unpacked} unpacked
 * @param {string | null} kind
 * @param {string} name
 */
async function isRawDisk(unpacked, kind, name) {
  const isNamed = RAW_NAME.test(name) && kind !== "zeros";
  if (isNamed || unpacked.kind() !== "plain") return isNamed;
  const contents = await describe(unpacked.bytes());
  return contents !== undefined && isTold(contents);
}

/**
 * Whether a table lists parts, or a checksum of a file system agrees.
 * @param {DiskContents} contents
 */
function isTold({ scheme, areas }) {
  const isParted = (scheme === "gpt" || scheme === "mbr") && areas.length > 0;
  return isParted || areas.some(({ volume }) => volume?.proof === "agrees");
}
