/** The parts of a file that was split, put together: loaded when there are any. */
import { namedOrder, strangersIn, wholeName } from "../shared/part-name.js";

/**
 * What the Worker has already. Imported from here as well, it would be a file of its own.
 * @typedef {object} OfWorker
 * @property {typeof import("../core/vma_inspector.js").Archive} Archive
 * @property {typeof import("./source/blob-source.js").BlobSource} BlobSource
 * @property {(names: string) => Error} noPart that files are no parts
 */

/**
 * One file of all of them, in the order that the archive proves; null if they are no
 * parts of one. A file of which neither its bytes nor its name says that it is a part is
 * put to nothing: that is a failure. No byte is copied: a browser reads such a file part by part.
 * @param {File[]} files
 * @param {OfWorker} ofWorker
 * @returns {import("../shared/messages.js").JoinedFile | null}
 */
export function join(files, { Archive, BlobSource, noPart }) {
  const sources = files.map((file) => new BlobSource(file));
  const named = namedOrder(files.map(({ name }) => name));
  const order = Archive.orderOfParts(sources, Uint32Array.from(named));
  if (!order) return null;
  const ordered = order.parts.flatMap((number) => files[number] ?? []);
  const names = ordered.map(({ name }) => name);
  const strangers = strangersIn(names, order.joints);
  if (strangers.length > 0) throw noPart(strangers.join(", "));
  const lastModified = Math.max(...ordered.map((file) => file.lastModified));
  return {
    file: new File(ordered, wholeName(names), { lastModified }),
    names,
    joints: order.joints,
  };
}
