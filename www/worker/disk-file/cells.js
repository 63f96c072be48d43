/** What a picture of a disk is drawn from, counted from the stretches that are stored. Pure. */

/** Bytes of a cluster of the picture: those of an archive. */
export const CLUSTER = 65_536;
/** Numbers of each cell: full, partial, zero, lost, in doubt, not seen. */
const COUNTS = 6;

/**
 * Clusters `from` to `to` in so many cells.
 * @param {Iterable<readonly [number, number]>} stored stretches in bytes, in order, none
 *   touching the next
 * @param {{ size: number, from: number, to: number, cells: number }} what
 * @returns {Float64Array}
 */
export function counted(stored, { size, from, to, cells }) {
  const counts = new Float64Array(cells * COUNTS);
  const startOf = (/** @type {number} */ cell) => from + Math.floor(((to - from) * cell) / cells);
  let cell = 0;
  let lastPartial = -1;
  /** @type {(first: number, end: number, kind: number) => void} */
  const add = (first, end, kind) => {
    for (let at = Math.max(first, from); at < Math.min(end, to);) {
      while (cell < cells - 1 && startOf(cell + 1) <= at) cell += 1;
      const until = Math.min(end, to, startOf(cell + 1));
      const place = cell * COUNTS + kind;
      counts[place] = (counts[place] ?? 0) + until - at;
      at = until;
    }
  };
  const partial = (/** @type {number} */ cluster) => {
    if (cluster > lastPartial) add(cluster, cluster + 1, 1);
    lastPartial = Math.max(lastPartial, cluster);
  };
  for (const [start, end] of stored) {
    if (start >= to * CLUSTER) break;
    const firstFull = Math.ceil(start / CLUSTER);
    const endFull = end >= size ? Math.ceil(end / CLUSTER) : Math.floor(end / CLUSTER);
    if (start % CLUSTER !== 0) partial(Math.floor(start / CLUSTER));
    add(firstFull, endFull, 0);
    if (end < size && end % CLUSTER !== 0) partial(Math.floor(end / CLUSTER));
  }
  for (let each = 0; each < cells; each += 1) {
    const all = startOf(each + 1) - startOf(each);
    const at = each * COUNTS;
    counts[at + 2] = all - (counts[at] ?? 0) - (counts[at + 1] ?? 0);
  }
  return counts;
}
