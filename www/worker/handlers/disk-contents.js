/** What is on the disks. */
import { lookIntoDisks } from "../disk-reader.js";
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
  await lookIntoDisks(archive);
  const all = [];
  for (const { id } of (archive.report().overview ?? archive.overview()).devices) {
    signal.throwIfAborted();
    while (!archive.diskContentsStep(id)) {
      await nextTurn();
      signal.throwIfAborted();
    }
    const contents = archive.diskContents(id);
    if (contents) all.push({ deviceId: id, contents });
  }
  return all;
}
