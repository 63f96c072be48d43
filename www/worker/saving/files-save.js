/** Saves files of a disk: one as it is, or several in an archive. */

/** Bytes that a sink gets at once, about: smaller pieces are slow. */
const CHUNK_BYTES = 2 * 1024 * 1024;

/** @typedef {import("../../core/vma_inspector_files_unix.js").FilesSave} FilesSave */
/** @typedef {import("../../shared/files.js").FileMissed} FileMissed */
/** @typedef {import("../files/asking.js").Asking} Asking */
/** @typedef {import("./sinks.js").Sink} Sink */
/**
 * @typedef {object} Work
 * @property {() => Promise<void>} pause
 * @property {(done: number, total: number, given: number) => void} tell
 * @property {import("../buffers.js").Buffers} buffers for what the sink gets: given, not imported,
 *   since what two scripts import becomes a third one, which would be loaded first
 */
/** @typedef {Extract<import("../../shared/messages.js").SaveWhat, { kind: "files" }>} FilesWanted */

/**
 * Makes all of the file; the sink is not committed.
 * @param {import("../files/open.js").Holder & { volumes: import("../files/volumes.js").Volumes }} holder
 * @param {FilesWanted} what
 * @param {Sink} sink
 * @param {Work & { signal: AbortSignal }} work
 * @returns {Promise<{ size: number, missed: FileMissed[] }>}
 */
export async function produceFiles(holder, what, sink, { signal, tell, pause, buffers }) {
  const asker = { signal, pause, tell: () => {} };
  try {
    return await holder.volumes.use(holder, what.volume, asker, async (asking) => {
      const made = begun(asking, what);
      try {
        const size = await makeAll(asking, made, sink, { pause, tell, buffers });
        return { size, missed: made.missed() };
      } finally {
        made.free();
      }
    });
  } finally {
    holder.source.endReadAhead();
  }
}

/**
 * @param {Asking} asking
 * @param {FilesWanted} what
 */
function begun({ volume }, { form, chosen }) {
  const [only] = chosen;
  if (form === "file" && only && chosen.length === 1) return volume.file(only.id, only.stream);
  return volume.pack(chosen, form === "zip");
}

/**
 * @param {Asking} asking
 * @param {FilesSave} made
 * @param {Sink} sink
 * @param {Work} work
 */
async function makeAll(asking, made, sink, { pause, tell, buffers }) {
  let given = 0;
  for (let goesOn = true; goesOn;) {
    await asking.prefetch(() => made.wants());
    goesOn = await asking.step(() => made.step());
    if (made.ready() >= CHUNK_BYTES || (!goesOn && made.ready() > 0)) {
      const bytes = /** @type {Uint8Array<ArrayBuffer>} */ (made.take(buffers.room));
      const { length } = bytes;
      await sink.write(given, bytes, buffers.giveBack);
      given += length;
    }
    tell(made.done(), made.total(), given);
    await pause();
  }
  return given;
}
