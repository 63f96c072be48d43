/** The parts of a file that was split, put together. */
import { Archive } from "../core/vma_inspector.js";
import { failure, RemoteError } from "../shared/failure.js";
import { namedOrder, strangersIn, wholeName } from "../shared/part-name.js";
import { BlobSource } from "./source/blob-source.js";

/**
 * One file of all of them, in the order that the archive proves; null if they are no
 * parts of one. A file of which neither its bytes nor its name says that it is a part is
 * put to nothing: that is a failure. No byte is copied: a browser reads such a file part by part.
 * @param {File[]} files
 * @returns {import("../shared/messages.js").JoinedFile | null}
 */
export function join(files) {
  const sources = files.map((file) => new BlobSource(file));
  const named = namedOrder(files.map(({ name }) => name));
  const order = Archive.orderOfParts(sources, Uint32Array.from(named));
  if (!order) return null;
  const ordered = order.parts.flatMap((number) => files[number] ?? []);
  const names = ordered.map(({ name }) => name);
  const strangers = strangersIn(names, order.joints);
  if (strangers.length > 0) throw new RemoteError(failure("no-part", strangers.join(", ")));
  const lastModified = Math.max(...ordered.map((file) => file.lastModified));
  return {
    file: new File(ordered, wholeName(names), { lastModified }),
    names,
    joints: order.joints,
  };
}
