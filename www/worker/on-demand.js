/**
 * A module of wasm that is loaded when it is first asked for. If its instance breaks, a
 * new one takes its place: the archives are in the first module, which knows nothing of
 * that.
 */
import { failureOf, isFault, RemoteError } from "../shared/failure.js";

/** @typedef {import("../shared/messages.js").Failure} Failure */

/** What the first module threw that is a fault of its own. @type {{ fault: unknown } | null} */
let below = null;

/**
 * @template {{ __wbg_reset_state: () => void }} Module
 */
export class OnDemand {
  #load;
  #failures;
  /** @type {Promise<Module> | null} */
  #loading = null;
  /** Which instance it is. */
  #generation = 0;

  /**
   * @param {() => Promise<Module>} load
   * @param {Record<"unavailable" | "broken", (message: string) => Failure>} failures
   */
  constructor(load, failures) {
    this.#load = load;
    this.#failures = failures;
  }

  /** Loads it, once; a failed try is no last one. */
  loaded() {
    this.#loading ??= this.#load().catch((error) => {
      this.#loading = null;
      throw new RemoteError(this.#failures.unavailable(String(error)));
    });
    return this.#loading;
  }

  /**
   * Makes a call of the module, whose faults are told apart from those of the first.
   * @template Value
   * @param {Module} module
   * @param {() => Value} call
   */
  attempt(module, call) {
    try {
      return call();
    } catch (error) {
      if (below || !isFault(error)) throw below ? below.fault : error;
      this.#generation += 1;
      module.__wbg_reset_state();
      throw this.#broken(failureOf(error).message);
    }
  }

  /**
   * An object of the module, whose faults are told apart and end with it.
   * @template {object} Made
   * @param {Module} module
   * @param {Made} made
   * @param {(result: unknown) => boolean} isMade whether what a call gives is one as well
   * @returns {Made}
   */
  guarded(module, made, isMade) {
    const born = this.#generation;
    return eachCall(made, (call, name) => {
      // Nothing is left of what a broken instance gave.
      if (this.#generation !== born) {
        return name === "free" ? undefined : fail(this.#broken("its instance is gone"));
      }
      const result = this.attempt(module, call);
      return isMade(result) ? this.guarded(module, /** @type {object} */ (result), isMade) : result;
    });
  }

  /** @param {string} message */
  #broken(message) {
    return new RemoteError(this.#failures.broken(message));
  }
}

/**
 * An object of the first module, whose faults are remembered: they come up through
 * another and are none of its own. So are the objects of it that its calls give.
 * @template {object} Watched
 * @param {Watched} object
 * @returns {Watched}
 */
export function watched(object) {
  return eachCall(object, (call) => {
    try {
      const result = call();
      return isOfWasm(result) ? watched(result) : result;
    } catch (fault) {
      if (isFault(fault)) below = { fault };
      throw fault;
    }
  });
}

/**
 * @param {unknown} result
 * @returns {result is { free: () => void }}
 */
function isOfWasm(result) {
  return typeof result === "object" && result !== null && "free" in result;
}

/**
 * @param {Error} error
 * @returns {never}
 */
function fail(error) {
  throw error;
}

/**
 * The object, of which each call goes by way of `by`.
 * @template {object} Called
 * @param {Called} called
 * @param {(call: () => unknown, name: string | symbol) => unknown} by
 * @returns {Called}
 */
function eachCall(called, by) {
  return new Proxy(called, {
    get(target, name) {
      const member = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (/** @type {unknown[]} */ ...given) => by(() => member.apply(target, given), name);
    },
  });
}
