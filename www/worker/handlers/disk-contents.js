/** What is on the disks. */
import { using } from "../sessions.js";
import { nextTurn } from "../turn.js";

/** @type {Pick<import("../../shared/messages.js").Handlers, "diskContents">} */
export const diskContentsHandlers = {
  diskContents: ({ archive: id }, { signal }) =>
    using(id, ({ archive }) => contentsOf(archive, signal)),
};

/**
 * What is known of each disk, once nothing is left to be done for now.
 * @param {import("../../core/vma_inspector.js").Archive} archive
 * @param {AbortSignal} signal
 */
async function contentsOf(archive, signal) {
  const all = [];
  for (const { id } of (archive.report().overview ?? archive.overview()).devices) {
    while (!archive.diskContentsStep(id)) {
      await nextTurn();
      signal.throwIfAborted();
    }
    const contents = archive.diskContents(id);
    if (contents) all.push(contents);
  }
  return all;
}
