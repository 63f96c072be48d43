/** What is asked of the files of a disk. */

/** @typedef {import("../../shared/files.js").FilesRequests} FilesRequests */
/** @typedef {import("./asking.js").Asker} Asker */
/** @typedef {import("./open.js").Holder & { volumes: import("./volumes.js").Volumes }} Holder */

/**
 * @template Update
 * @typedef {object} Walk
 * @property {() => import("../../core/vma_inspector_files_unix.js").FilesStep} step
 * @property {() => Update} take
 * @property {() => boolean} isCut
 * @property {() => void} free
 */

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
export function machineFacts(holder, { volume, at }, asker) {
  return holder.volumes.use(holder, volume, asker, async (asking) => {
    const guest = asking.volume.guest(at);
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
  return walked(holder, volume, asker, { begin: (open) => open.find(node, letters), tell });
}

/**
 * @param {Holder} holder
 * @param {FilesRequests["damagedFiles"]["ask"]} ask
 * @param {Asker} asker
 * @param {(update: FilesRequests["damagedFiles"]["progress"]) => void} tell
 */
export function damagedFiles(holder, { volume }, asker, tell) {
  const begin = (/** @type {import("../../core/vma_inspector_files_unix.js").Volume} */ open) =>
    open.damage();
  /** @param {import("../../shared/files.js").FileDamageUpdate} update */
  const tellFar = (update) => tell(update);
  return walked(holder, volume, asker, { begin, tell: tellFar });
}

/**
 * @param {Holder} holder
 * @param {FilesRequests["deletedFiles"]["ask"]} ask
 * @param {Asker} asker
 * @param {(update: FilesRequests["deletedFiles"]["progress"]) => void} tell
 */
export function deletedFiles(holder, { volume }, asker, tell) {
  const begin = (/** @type {import("../../core/vma_inspector_files_unix.js").Volume} */ open) =>
    open.deleted();
  /** @param {import("../../shared/files.js").FileDeletedUpdate} update */
  const tellFar = (update) => tell(update);
  return walked(holder, volume, asker, { begin, tell: tellFar });
}

/**
 * Goes through many things, and tells in between what it has found.
 * @template {{ hits: unknown[] }} Update
 * @param {Holder} holder
 * @param {import("../../shared/files.js").VolumePlace} volume
 * @param {Asker} asker
 * @param {object} how
 * @param {(open: import("../../core/vma_inspector_files_unix.js").Volume) => Walk<Update>} how.begin
 * @param {(update: Update) => void} how.tell
 */
function walked(holder, volume, asker, { begin, tell }) {
  return holder.volumes.use(holder, volume, asker, async (asking) => {
    const walk = begin(asking.volume);
    /** @type {Update["hits"]} */
    let hits = [];
    let told = performance.now();
    try {
      for (let goesOn = true; goesOn;) {
        goesOn = await asking.step(() => walk.step());
        const update = walk.take();
        hits.push(...update.hits);
        if (!goesOn || performance.now() - told >= TELL_EVERY_MS) {
          tell({ ...update, hits });
          hits = [];
          told = performance.now();
        }
        await asker.pause();
      }
      return { isCut: walk.isCut() };
    } finally {
      walk.free();
    }
  });
}
