/** What a picture of a disk is drawn from: stretches that are stored, and gaps. Pure. */

/** Bytes of a cluster of the picture: those of an archive. */
export const CLUSTER = 65_536;

/** The numbers of a cell, each of the clusters of one kind. */
const KINDS = { full: 0, partial: 1, zero: 2, lost: 3, doubt: 4, unseen: 5 };
const COUNTS = Object.keys(KINDS).length;
/** What kind a cluster is of that has a byte in a gap of each kind, by the core's numbers. */
const OF_GAPS = [KINDS.lost, KINDS.doubt, KINDS.unseen];
/** From the worst. */
const WORST = [KINDS.lost, KINDS.unseen, KINDS.doubt];

/** @typedef {{ first: number, end: number, kind: number }} Span clusters of one kind */

/**
 * Clusters `from` to `to` in so many cells.
 * @param {Iterable<readonly [number, number]>} stored stretches in bytes, in order, none
 *   touching the next
 * @param {Iterable<readonly [number, number, number]>} gaps in bytes, in order, each with its
 *   kind: 0 for lost, 1 for in doubt, 2 for not yet known
 * @param {{ size: number, from: number, to: number, cells: number }} what
 * @returns {Float64Array}
 */
export function counted(stored, gaps, { size, from, to, cells }) {
  const counts = new Float64Array(cells * COUNTS);
  const startOf = (/** @type {number} */ cell) => from + Math.floor(((to - from) * cell) / cells);
  let cell = 0;
  for (const { first, end, kind } of overlaid(held(stored, size), affected(gaps))) {
    if (first >= to) break;
    for (let at = Math.max(first, from); at < Math.min(end, to);) {
      while (cell < cells - 1 && startOf(cell + 1) <= at) cell += 1;
      const until = Math.min(end, to, startOf(cell + 1));
      const place = cell * COUNTS + kind;
      counts[place] = (counts[place] ?? 0) + until - at;
      at = until;
    }
  }
  for (let each = 0; each < cells; each += 1) {
    const own = counts.subarray(each * COUNTS, (each + 1) * COUNTS);
    const known = own.reduce((sum, count) => sum + count, 0);
    own[KINDS.zero] = startOf(each + 1) - startOf(each) - known;
  }
  return counts;
}

/**
 * How many bytes are stored and not lost.
 * @param {Iterable<readonly [number, number]>} stored as for a picture
 * @param {Iterable<readonly [number, number, number]>} gaps as for a picture
 */
export function bytesHad(stored, gaps) {
  const all = gaps[Symbol.iterator]();
  let gap = all.next();
  let sum = 0;
  for (const [start, end] of stored) {
    sum += end - start;
    while (!gap.done && gap.value[0] < end) {
      const [from, until, number] = gap.value;
      const both = Math.min(end, until) - Math.max(start, from);
      if (both > 0 && OF_GAPS[number] === KINDS.lost) sum -= both;
      if (until > end) break;
      gap = all.next();
    }
  }
  return sum;
}

/**
 * The clusters that hold something, in order.
 * @param {Iterable<readonly [number, number]>} stored
 * @param {number} size of the disk
 * @returns {Generator<Span>}
 */
function* held(stored, size) {
  let done = 0;
  /** @type {(first: number, end: number, kind: number) => Generator<Span>} */
  function* span(first, end, kind) {
    if (end > Math.max(first, done)) yield { first: Math.max(first, done), end, kind };
    done = Math.max(done, end);
  }
  for (const [start, end] of stored) {
    const firstFull = Math.ceil(start / CLUSTER);
    const endFull = end >= size ? Math.ceil(end / CLUSTER) : Math.floor(end / CLUSTER);
    const touched = [Math.floor(start / CLUSTER), Math.ceil(end / CLUSTER)];
    if (endFull <= firstFull) {
      yield* span(touched[0] ?? 0, touched[1] ?? 0, KINDS.partial);
    } else {
      yield* span(touched[0] ?? 0, firstFull, KINDS.partial);
      yield* span(firstFull, endFull, KINDS.full);
      yield* span(endFull, touched[1] ?? 0, KINDS.partial);
    }
  }
}

/**
 * The clusters that have a byte in a gap, each of the worst kind of its gaps.
 * @param {Iterable<readonly [number, number, number]>} gaps
 * @returns {Generator<Span>}
 */
function* affected(gaps) {
  /** @type {Span | null} */
  let last = null;
  for (const [start, until, number] of gaps) {
    const kind = OF_GAPS[number] ?? KINDS.doubt;
    let first = Math.floor(start / CLUSTER);
    const end = Math.ceil(until / CLUSTER);
    if (last && first < last.end) {
      // Both have a byte in the last cluster of the one before.
      const { kind: before, end: shared } = /** @type {Span} */ (last);
      const worst = WORST.find((each) => each === kind || each === before) ?? kind;
      if (last.first < shared - 1) yield { ...last, end: shared - 1 };
      last = { first: shared - 1, end: shared, kind: worst };
      first = shared;
    }
    if (first >= end) continue;
    if (last) yield last;
    last = { first, end, kind };
  }
  if (last) yield last;
}

/**
 * What lies above, and what lies below where nothing does.
 * @param {Iterable<Span>} below
 * @param {Iterable<Span>} above
 * @returns {Generator<Span>}
 */
function* overlaid(below, above) {
  const upper = above[Symbol.iterator]();
  let over = upper.next();
  for (const { first, end, kind } of below) {
    let at = first;
    while (!over.done && over.value.first < end) {
      if (over.value.first > at) yield { first: at, end: over.value.first, kind };
      at = Math.max(at, over.value.end);
      // What goes on behind the end of this one hides of the next one, too.
      if (over.value.end > end) break;
      yield over.value;
      over = upper.next();
    }
    if (at < end) yield { first: at, end, kind };
  }
  while (!over.done) {
    yield over.value;
    over = upper.next();
  }
}
