/**
 * The module that makes files: loaded when it is first asked for. If its instance
 * breaks, a new one takes its place: the archives are in the other module, which
 * knows nothing of that.
 */
import { failure, failureOf, isFault, RemoteError } from "../shared/failure.js";
import { backupOf } from "./backup-of.js";
import { prepareHashing } from "./hashing/hash-feed.js";

/** @typedef {typeof import("../core/vma_inspector_export.js")} Exporting */
/** @typedef {import("../core/vma_inspector_export.js").Backup} Backup */
/** @typedef {import("../core/vma_inspector.js").Archive} Archive */

/** @type {Promise<Exporting> | null} */
let loading = null;
/** Which instance it is. */
let generation = 0;
/** What the first module threw that is a fault of its own. @type {{ fault: unknown } | null} */
let below = null;

/** Loads the module, once; a failed try is no last one. */
export function loadExporter() {
  loading ??= load().catch((error) => {
    loading = null;
    throw new RemoteError(failure("exports-unavailable", String(error)));
  });
  return loading;
}

async function load() {
  const exporting = await import("../core/vma_inspector_export.js");
  const { load: start } = await import("./exporting-wasm.js");
  const compiled = await start(exporting);
  prepareHashing(compiled);
  return exporting;
}

/**
 * Works with what files are made of, as the archive is now.
 * @template Value
 * @param {Archive} archive
 * @param {(backup: Backup) => Value} work what it makes may be used on
 * @returns {Promise<Value>}
 */
export async function withBackup(archive, work) {
  const exporting = await loadExporter();
  const backup = attempt(exporting, () =>
    guarded(exporting, backupOf(exporting, watched(archive), watched)),
  );
  try {
    return work(backup);
  } finally {
    backup.free();
  }
}

/**
 * An object of the second module, whose faults are told apart and end with it.
 * @template {object} Made
 * @param {Exporting} exporting
 * @param {Made} made
 * @returns {Made}
 */
function guarded(exporting, made) {
  const born = generation;
  const isStale = () => generation !== born;
  return eachCall(made, (call, name) => {
    // Nothing is left of what a broken instance gave.
    if (isStale()) return name === "free" ? undefined : fail(broken("its instance is gone"));
    const result = attempt(exporting, call);
    const isMade = result instanceof exporting.Export || result instanceof exporting.Placement;
    return isMade ? guarded(exporting, result) : result;
  });
}

/**
 * An object of the first module, whose faults are remembered: they come up through the
 * second and are none of its own.
 * @template {object} Watched
 * @param {Watched} object
 * @returns {Watched}
 */
function watched(object) {
  return eachCall(object, (call) => {
    try {
      return call();
    } catch (fault) {
      if (isFault(fault)) below = { fault };
      throw fault;
    }
  });
}

/**
 * @template Value
 * @param {Exporting} exporting
 * @param {() => Value} call
 */
function attempt(exporting, call) {
  try {
    return call();
  } catch (error) {
    if (below || !isFault(error)) throw below ? below.fault : error;
    generation += 1;
    exporting.__wbg_reset_state();
    throw broken(failureOf(error).message);
  }
}

/** @param {string} message */
function broken(message) {
  return new RemoteError(failure("exports-broken", message));
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
