/** What is on the disks. */
import { machineContents } from "../disk-reader.js";
import { using } from "../sessions.js";
import { nextTurn } from "../turn.js";

/** @type {Pick<import("../../shared/messages.js").Handlers, "diskContents">} */
export const diskContentsHandlers = {
  diskContents: ({ archive: id }, { signal }) =>
    using(id, ({ archive, volumes }) => {
      const pause = async () => {
        await nextTurn();
        signal.throwIfAborted();
      };
      return machineContents(archive, pause, volumes.isScanning);
    }),
};
