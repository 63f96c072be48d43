/** What pictures of disks and of the archive are drawn from, counted in steps. */
import { using } from "../sessions.js";
import { nextTurn } from "../turn.js";

/** @type {Pick<import("../../shared/messages.js").Handlers, "diskCells" | "fileCells">} */
export const picturingHandlers = {
  diskCells: ({ archive: id, deviceId, from, to, cells }, { signal }) =>
    using(id, async ({ archive }) => {
      const counting = archive.countDisk(deviceId, from, to, cells);
      if (!counting) return null;
      try {
        await counted(() => counting.step(archive), signal);
        return counting.picture(archive);
      } finally {
        counting.free();
      }
    }),
  fileCells: ({ archive: id, from, to, cells }, { signal }) =>
    using(id, async ({ archive }) => {
      const counting = archive.countFile(from, to, cells);
      try {
        await counted(() => counting.step(archive), signal);
        return counting.picture(archive);
      } finally {
        counting.free();
      }
    }),
};

/**
 * Other requests, and a scan, go on between the steps.
 * @param {() => boolean} step
 * @param {AbortSignal} signal
 */
async function counted(step, signal) {
  while (!step()) {
    await nextTurn();
    signal.throwIfAborted();
  }
}
