/**
 * Memory that the Worker shares with the threads that unpack ahead of it: places for tasks,
 * and what state each is in. Both sides go by this file alone.
 *
 * A place is taken by one task at a time. The Worker puts the task there and says that it
 * waits; a thread takes the one that has waited longest, and puts what comes of it in the
 * same place. Each state has one who may change it, or is changed by comparing first.
 */

/**
 * All that a thread ever hears of the Worker.
 * @typedef {{ module: WebAssembly.Module, memory: SharedArrayBuffer, places: number }} ToHand
 */

/** What is in a place. */
export const STATE = {
  /** Nothing. The Worker may put a task there. */
  FREE: 0,
  /** A task that nobody has begun. */
  WAITS: 1,
  /** A task that a thread does. */
  BEGUN: 2,
  /** What came of it. */
  DONE: 3,
  /** A task that a thread does, and that nobody will ask for. */
  FORGOTTEN: 4,
};

/** Numbers of a place: its state, how many bytes are in it, and how many tasks came before. */
const NUMBERS = 3;
/** The numbers that are of no place: a bell, whether all is over, and how many threads sleep. */
const COMMON = 3;
const BELL = 0;
const OVER = 1;
const SLEEPERS = 2;
/**
 * So many tasks wait before a thread is woken. To wake one takes longer than to hand out a
 * task, and what is not begun when it is asked for is done by who asks.
 */
const WOKEN_FOR = 2;

export class Table {
  #numbers;
  #memory;
  #room;

  /**
   * @param {SharedArrayBuffer} memory as `memoryOf` makes it
   * @param {number} places
   */
  constructor(memory, places) {
    const head = headOf(places);
    this.places = places;
    this.#memory = memory;
    this.#numbers = new Int32Array(memory, 0, head / Int32Array.BYTES_PER_ELEMENT);
    this.#room = Math.floor((memory.byteLength - head) / places);
  }

  /** Bytes of a task, and of what comes of one, at most. */
  get room() {
    return this.#room;
  }

  /**
   * The bytes of a place: so many as were put there, or all that there is room for.
   * @param {number} place
   * @param {number} [length]
   */
  bytes(place, length = this.#room) {
    return new Uint8Array(this.#memory, headOf(this.places) + place * this.#room, length);
  }

  /** @param {number} place */
  length(place) {
    return Atomics.load(this.#numbers, at(place, 1));
  }

  /** @param {number} place */
  state(place) {
    return Atomics.load(this.#numbers, at(place, 0));
  }

  /** A place that nothing is in; -1 if there is none. */
  free() {
    for (let place = 0; place < this.places; place += 1) {
      if (this.state(place) === STATE.FREE) return place;
    }
    return -1;
  }

  /**
   * Changes a state, if it is still `from`; returns whether it was.
   * @param {number} place
   * @param {number} from
   * @param {number} to
   */
  change(place, from, to) {
    const was = Atomics.compareExchange(this.#numbers, at(place, 0), from, to);
    Atomics.notify(this.#numbers, at(place, 0));
    return was === from;
  }

  /**
   * Waits until a place is in another state; not for ever.
   * @param {number} place
   * @param {number} state that it is in
   * @param {number} milliseconds
   */
  wait(place, state, milliseconds) {
    Atomics.wait(this.#numbers, at(place, 0), state, milliseconds);
  }

  /**
   * Has a free place hold a task that waits, whose bytes are there.
   * @param {number} place
   * @param {number} length
   * @param {number} before tasks that came before
   */
  offer(place, length, before) {
    Atomics.store(this.#numbers, at(place, 1), length);
    Atomics.store(this.#numbers, at(place, 2), before);
    Atomics.store(this.#numbers, at(place, 0), STATE.WAITS);
    if (Atomics.load(this.#numbers, SLEEPERS) > 0 && this.#waiting() >= WOKEN_FOR) this.#ring(1);
  }

  /**
   * Has a place that was begun hold what came of its task.
   * @param {number} place
   * @param {number} length
   */
  finish(place, length) {
    Atomics.store(this.#numbers, at(place, 1), length);
    if (this.change(place, STATE.BEGUN, STATE.DONE)) return;
    this.change(place, STATE.FORGOTTEN, STATE.FREE);
  }

  /** The place of the task that has waited longest, which is begun now; -1 when all is over. */
  next() {
    for (;;) {
      const rung = Atomics.load(this.#numbers, BELL);
      if (Atomics.load(this.#numbers, OVER)) return -1;
      const place = this.longest();
      if (place < 0) this.#sleep(rung);
      else if (this.change(place, STATE.WAITS, STATE.BEGUN)) return place;
    }
  }

  /** Ends all who wait for a task. */
  end() {
    Atomics.store(this.#numbers, OVER, 1);
    this.#ring(Number.POSITIVE_INFINITY);
  }

  /** @param {number} rung what the bell said before there was nothing to do */
  #sleep(rung) {
    Atomics.add(this.#numbers, SLEEPERS, 1);
    // What was offered before that is rung for by nobody.
    if (this.#waiting() < WOKEN_FOR) Atomics.wait(this.#numbers, BELL, rung);
    Atomics.sub(this.#numbers, SLEEPERS, 1);
  }

  #waiting() {
    let count = 0;
    for (let place = 0; place < this.places; place += 1) {
      if (this.state(place) === STATE.WAITS) count += 1;
    }
    return count;
  }

  /** The place of the task that has waited longest; -1 if none waits. */
  longest() {
    let longest = -1;
    for (let place = 0; place < this.places; place += 1) {
      if (this.state(place) !== STATE.WAITS) continue;
      if (longest < 0 || this.before(place) < this.before(longest)) longest = place;
    }
    return longest;
  }

  /**
   * How many tasks came before the one in a place.
   * @param {number} place
   */
  before(place) {
    return Atomics.load(this.#numbers, at(place, 2));
  }

  /** @param {number} most threads that are woken */
  #ring(most) {
    Atomics.add(this.#numbers, BELL, 1);
    Atomics.notify(this.#numbers, BELL, most);
  }
}

/**
 * Memory for so many places of so many bytes.
 * @param {number} places
 * @param {number} room
 */
export function memoryOf(places, room) {
  return new SharedArrayBuffer(headOf(places) + places * room);
}

/** @param {number} places */
function headOf(places) {
  return (COMMON + places * NUMBERS) * Int32Array.BYTES_PER_ELEMENT;
}

/**
 * @param {number} place
 * @param {number} number
 */
function at(place, number) {
  return COMMON + place * NUMBERS + number;
}
