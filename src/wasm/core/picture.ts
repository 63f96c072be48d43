/** What a picture of a disk is drawn from: its clusters, counted in cells. */
export interface DiskPicture {
  /** Clusters that are counted, from the first to behind the last. */
  from: number;
  to: number;
  /** Of the disk: clusters, and bytes. */
  clusters: number;
  size: number;
  /** Cell `i` has the clusters from `from + ⌊(to − from) × i / cells⌋` on. */
  cells: number;
  /**
   * Six for each cell, of which each cluster counts as one: full, partial, zero,
   * lost (a byte of it, or all), in doubt, not seen yet.
   */
  counts: Float64Array;
  /**
   * Two for each cell: where its stored bytes lie in the archive, from the first to
   * behind the last; −1 where there are none.
   */
  places: Float64Array;
}

/**
 * What a picture of the archive is drawn from: whose bytes stand where.
 *
 * Many fields: what was counted, cell by cell, and what the cells are of.
 */
export interface FilePicture {
  /** Bytes of the archive that are counted, from the first to behind the last. */
  from: number;
  to: number;
  /** Bytes of the archive, unpacked; before its end was seen, those up to `seen`. */
  size: number;
  /** How far the scan has come. */
  seen: number;
  /** Cell `i` has the bytes from `from + ⌊(to − from) × i / cells⌋` on. */
  cells: number;
  /** The devices of the rows; a last row is for all others. */
  devices: number[];
  /** For each cell and in it for each row: bytes that belong to its disks. */
  bytes: Float64Array;
  /** Two for each of `bytes`: the lowest of their clusters, and behind the highest; or −1. */
  clusters: Float64Array;
  /** For each cell: bytes that nobody can have. */
  lost: Float64Array;
  /** For each cell: bytes that something speaks against. */
  doubt: Float64Array;
  /** For each cell the worst finding: 0 none, 1 note, 2 warning, 3 damage. */
  findings: Uint8Array;
}
