/** What is looked at byte by byte. How that is done is loaded when it is first asked for. */
import { using } from "../sessions.js";
import { nextTurn } from "../turn.js";

const load = () => import("../looking/looking.js");

/** @type {Pick<import("../../shared/messages.js").Handlers, "bytes" | "byteFacts" | "findBytes">} */
export const bytesHandlers = {
  bytes: ({ archive: id, of, offset, length }, { signal }) =>
    using(id, async (session) =>
      (await load()).partOf(session, of, offset, length, pausing(signal)),
    ),
  byteFacts: ({ archive: id, of, offset }, { signal }) =>
    using(id, async (session) => (await load()).factsOf(session, of, offset, pausing(signal))),
  findBytes: ({ archive: id, ...wanted }, { signal, tell }) =>
    using(id, async (session) => (await load()).find(session, wanted, tell, pausing(signal))),
};

/**
 * Lets other requests be answered between the steps of one, which may be given up.
 * @param {AbortSignal} signal
 */
function pausing(signal) {
  return async () => {
    await nextTurn();
    signal.throwIfAborted();
  };
}
