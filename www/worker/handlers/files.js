/**
 * The files of a disk. How they are asked for is loaded when it is first done, and with it
 * how they are saved: in Firefox 153, what a Worker loads while the page begins a download
 * does not come.
 */
import { using } from "../sessions.js";
import { nextTurn } from "../turn.js";

const load = async () => {
  const [questions] = await Promise.all([
    import("../files/questions.js"),
    import("../saving/files-save.js"),
  ]);
  return questions;
};

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
  machineFacts: (ask, work) =>
    using(ask.archive, async (session) => (await load()).machineFacts(session, ask, askerOf(work))),
  findFiles: (ask, { signal, tell }) =>
    using(ask.archive, async (session) =>
      (await load()).findFiles(session, ask, askerOf({ signal, tell: () => {} }), tell),
    ),
  damagedFiles: (ask, work) =>
    using(ask.archive, async (session) =>
      (await load()).damagedFiles(session, ask, askerOf(work), work.tell),
    ),
  deletedFiles: (ask, work) =>
    using(ask.archive, async (session) =>
      (await load()).deletedFiles(session, ask, askerOf(work), work.tell),
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
