/** The open archives, each kept until the page closes it and nothing uses it any more. */
import { Archive } from "../core/vma_inspector.js";
import { failure, isFault, RemoteError, toFailure } from "../shared/failure.js";
import { openDiskFile } from "./disk-file/opening.js";
import { Volumes } from "./files/volumes.js";
import { proxmoxOfRefused } from "./report-server.js";
import { BlobSource } from "./source/blob-source.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {{ session: Session, users: number, closing: boolean }} Lease `users`: requests under way */

/** @type {Map<number, Lease>} */
const leases = new Map();
let lastId = 0;

/**
 * @param {File | import("../shared/remote.js").RemoteFile} file
 * @param {boolean} largeWindow lets zstd take up to 1 GiB of memory to look back
 * @param {import("../shared/opened.js").OpenedAs} as
 */
export async function open(file, largeWindow, as) {
  const source = file instanceof Blob ? new BlobSource(file) : await sourceOnServer(file);
  const { archive, image } = await opened(source, largeWindow, file.name, as).catch((error) => {
    throw source.fault && !isFault(error) ? new RemoteError(source.fault) : error;
  });
  const overview = archive.overview();
  lastId += 1;
  /** @type {Session} */
  const session = {
    archive,
    kind: image ? "disk" : "archive",
    file,
    source,
    compressed: overview.container !== "plain",
    kept: null,
    watchers: new Map(),
    scanned: Promise.resolve(),
    feeds: new Map(),
    copies: new Map(),
    volumes: new Volumes(),
  };
  leases.set(lastId, { session, users: 0, closing: false });
  const fileName = archive.fileName(file.name);
  const summary = archive.vmSummary() ?? null;
  const leftOut = archive.leftOut() ?? null;
  return { archive: lastId, overview, fileName, summary, leftOut, image };
}

/**
 * @param {Session["source"]} source
 * @param {boolean} largeWindow
 * @param {string} name of the file
 * @param {import("../shared/opened.js").OpenedAs} as
 * @returns {Promise<{ archive: Archive, image: import("../shared/opened.js").ImageFacts | null }>}
 */
async function opened(source, largeWindow, name, as) {
  try {
    return { archive: Archive.open(source, largeWindow, name), image: null };
  } catch (error) {
    // Nothing can be said of a file that its server does not give.
    if (isFault(error) || source.fault) throw error;
    const refused = toFailure(error);
    const isWanted = as === "any" || as === "raw";
    const disk = !isWanted ? null : await diskIn(source, refused, { largeWindow, name, as });
    if (disk) {
      const archive = /** @type {Archive} */ (/** @type {unknown} */ (disk));
      return { archive, image: disk.image() };
    }
    // `vma` never comes to see what is something else.
    const proxmox = refused.foreign ? null : proxmoxOfRefused(source, largeWindow);
    throw new RemoteError({ ...refused, proxmox });
  }
}

/**
 * The disk that a file holds which is no archive; null if it is none.
 * @param {Session["source"]} source
 * @param {import("../shared/messages.js").Failure} refused
 * @param {{ largeWindow: boolean, name: string, as: import("../shared/opened.js").OpenedAs }} how
 */
function diskIn(source, refused, { largeWindow, name, as }) {
  return openDiskFile(source, refused, { largeWindow, name, asRaw: as === "raw" });
}

/** @param {import("../shared/remote.js").RemoteFile} file */
async function sourceOnServer(file) {
  const { RangeSource } = await import("./source/range-source.js");
  const source = new RangeSource(file);
  await source.begin();
  return source;
}

/**
 * What an archive is read from; undefined of one that is not open.
 * @param {number} id
 */
export function sourceOf(id) {
  return leases.get(id)?.session.source;
}

/** @param {number} id */
export function close(id) {
  const lease = leases.get(id);
  if (!lease) return;
  lease.closing = true;
  freeIfUnused(id, lease);
}

/**
 * Keeps the archive alive for as long as the work on it lasts.
 * @template Value
 * @param {number} id
 * @param {(session: Session) => Value | Promise<Value>} work
 */
export async function using(id, work) {
  const lease = leases.get(id);
  if (!lease) throw new RemoteError(failure("aborted", "the archive is closed"));
  lease.users += 1;
  try {
    return await work(lease.session);
  } finally {
    lease.users -= 1;
    freeIfUnused(id, lease);
  }
}

/**
 * The kept scan that an archive relies on and that what was read since speaks
 * against, once. What is still asked of the archive goes on being compared.
 * @param {number} id
 */
export function takeContradicted(id) {
  const session = leases.get(id)?.session;
  if (!session?.kept || session.kept.isContradicted) return null;
  session.kept.isContradicted = !session.archive.keptScanHolds();
  return session.kept.isContradicted ? session.kept.key : null;
}

/**
 * @param {number} id
 * @param {Lease} lease
 */
function freeIfUnused(id, { session, users, closing }) {
  if (!closing || users > 0) return;
  leases.delete(id);
  for (const feed of session.feeds.values()) feed.drop();
  for (const { placement } of session.copies.values()) placement?.free();
  session.volumes.forget();
  session.source.endReadAhead();
  session.archive.free();
}
