/**
 * The protocol with the core: the only codes of its findings and errors on which
 * the page acts. All others only choose a sentence.
 */

/** Findings that say that a checksum or a length is wrong, where every byte could be unpacked. */
export const MISMATCHES = new Set([
  "zstd-checksum-mismatch",
  "zstd-content-size-mismatch",
  "gzip-crc-mismatch",
  "gzip-size-mismatch",
  "block-checksum-mismatch",
  "bzip2-crc-mismatch",
]);

/** Of those, the one that is told of a block: nothing outside of it is hit. */
export const BLOCK_MISMATCH = "block-checksum-mismatch";

/** What a container held cannot be unpacked in some place. */
export const CONTAINER_DAMAGED = "container-damaged";
/** A container stops before its end. */
export const CONTAINER_CUT = "container-cut";
/** The file ends inside the archive's header. */
export const HEADER_CUT = "header-truncated";
/** Contents of a container that cannot be unpacked are lacking here. */
export const CONTENTS_LOST = "contents-lost";
/** Something else stands where an extent's header should. */
export const EXTENT_MAGIC = "extent-magic-wrong";
/** A cluster stands more than once. */
export const CLUSTER_TWICE = "cluster-twice";
/** An extent's header does not match its checksum. */
export const EXTENT_SUM = "extent-md5-mismatch";

/** It may open with more memory to look back. */
export const WINDOW_TOO_LARGE = "container-window";
/** Disk images that are none by themselves, or damaged. */
const REFUSED_IMAGES = /** @type {const} */ ([
  "image-backing-file",
  "image-compression",
  "image-corrupt",
  "image-cut",
  "image-data-file",
  "image-encrypted",
  "image-features",
  "image-too-large",
  "image-version",
]);

/**
 * Whether a file begins as a disk image that is not read as such.
 * @param {string} code
 * @returns {code is (typeof REFUSED_IMAGES)[number]}
 */
export function isRefusedImage(code) {
  return REFUSED_IMAGES.some((each) => each === code);
}

/** The file cannot be read any more, or not as it was when it was chosen. */
export const SOURCE_GONE = new Set(["source-unreadable", "source-shrank", "source-differs"]);
/** It was given up, or as much was done as may be before a person asks for more. */
export const ABORTED = "aborted";
/** The page's own: the Worker is gone, which is told once for all. */
export const WORKER_DIED = "worker-died";

/**
 * Whether the module that looks into disks broke: its next instance knows nothing of
 * what the last one gave.
 * @param {string} code
 */
export function isBrokenModule(code) {
  return code === "files-broken";
}
