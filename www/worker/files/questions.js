/** What is asked of the files of a disk. */

/** @typedef {import("../../shared/files.js").FileHit} FileHit */
/** @typedef {import("../../shared/files.js").FilesRequests} FilesRequests */
/** @typedef {import("./asking.js").Asker} Asker */
/** @typedef {import("./open.js").Holder & { volumes: import("./volumes.js").Volumes }} Holder */

/** The longest part of a file, bytes. */
const PART_MAX = 1024 * 1024;
const TELL_EVERY_MS = 100;

/**
 * @param {Holder} holder
 * @param {FilesRequests["openVolume"]["ask"]} ask
 * @param {Asker} asker
 */
export function openVolume(holder, { volume }, asker) {
  return holder.volumes.use(holder, volume, asker, (_, opened) => opened);
}

/**
 * @param {Holder} holder
 * @param {FilesRequests["folder"]["ask"]} ask
 * @param {Asker} asker
 */
export function folder(holder, { volume, node, cursor }, asker) {
  return holder.volumes.use(holder, volume, asker, (asking) =>
    asking.ask((open) => open.folder(node, cursor ?? undefined)),
  );
}

/**
 * @param {Holder} holder
 * @param {FilesRequests["fileDetails"]["ask"]} ask
 * @param {Asker} asker
 */
export function fileDetails(holder, { volume, node }, asker) {
  return holder.volumes.use(holder, volume, asker, (asking) =>
    asking.ask((open) => open.details(node)),
  );
}

/**
 * @param {Holder} holder
 * @param {FilesRequests["filePart"]["ask"]} ask
 * @param {Asker} asker
 */
export function filePart(holder, { volume, node, stream, offset, length }, asker) {
  const most = Math.min(length, PART_MAX);
  return holder.volumes.use(holder, volume, asker, async (asking) => {
    if (!stream) await asking.prefetch((open) => open.trace(node, offset, most));
    return asking.ask((open) => open.read(node, stream ?? undefined, offset, most));
  });
}

/**
 * @param {Holder} holder
 * @param {FilesRequests["machineFacts"]["ask"]} ask
 * @param {Asker} asker
 */
export function machineFacts(holder, { volume }, asker) {
  return holder.volumes.use(holder, volume, asker, async (asking) => {
    const guest = asking.volume.guest();
    try {
      while (await asking.step(() => guest.step())) await asker.pause();
      return guest.told();
    } finally {
      guest.free();
    }
  });
}

/**
 * @param {Holder} holder
 * @param {FilesRequests["findFiles"]["ask"]} ask
 * @param {Asker} asker
 * @param {(update: FilesRequests["findFiles"]["progress"]) => void} tell
 */
export function findFiles(holder, { volume, node, letters }, asker, tell) {
  return holder.volumes.use(holder, volume, asker, async (asking) => {
    const search = asking.volume.find(node, letters);
    /** @type {FileHit[]} */
    let hits = [];
    let told = performance.now();
    try {
      for (let goesOn = true; goesOn;) {
        goesOn = await asking.step(() => search.step());
        const update = search.take();
        hits.push(...update.hits);
        if (!goesOn || performance.now() - told >= TELL_EVERY_MS) {
          tell({ ...update, hits });
          hits = [];
          told = performance.now();
        }
        await asker.pause();
      }
      return { isCut: search.isCut() };
    } finally {
      search.free();
    }
  });
}
