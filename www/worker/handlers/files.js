/** The files of a disk. How they are asked for is loaded when it is first done. */
import { using } from "../sessions.js";
import { nextTurn } from "../turn.js";

const load = () => import("../files/questions.js");

/** @type {import("../../shared/messages.js").HandlersOf<keyof import("../../shared/files.js").FilesRequests>} */
export const filesHandlers = {
  openVolume: (ask, work) =>
    using(ask.archive, async (session) => (await load()).openVolume(session, ask, askerOf(work))),
  folder: (ask, work) =>
    using(ask.archive, async (session) => (await load()).folder(session, ask, askerOf(work))),
  fileDetails: (ask, work) =>
    using(ask.archive, async (session) => (await load()).fileDetails(session, ask, askerOf(work))),
  filePart: (ask, work) =>
    using(ask.archive, async (session) => (await load()).filePart(session, ask, askerOf(work))),
  findFiles: (ask, { signal, tell }) =>
    using(ask.archive, async (session) =>
      (await load()).findFiles(session, ask, askerOf({ signal, tell: () => {} }), tell),
    ),
};

/**
 * @param {{ signal: AbortSignal, tell: (update: import("../../shared/files.js").FilesUpdate) => void }} work
 * @returns {import("../files/asking.js").Asker}
 */
function askerOf({ signal, tell }) {
  const pause = async () => {
    await nextTurn();
    signal.throwIfAborted();
  };
  return { signal, tell, pause };
}
