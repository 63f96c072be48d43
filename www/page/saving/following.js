/** What a save hears of its download, and of the Worker's work, as events of its machine. */
import { Meter } from "../rate.js";

/** @typedef {(event: import("./flow.js").FlowEvent) => void} Feed */

/**
 * What becomes of a download.
 * @param {number | null} size
 * @param {Feed} feed
 * @returns {(message: import("../../shared/messages.js").FromSave) => void}
 */
export function followDownload(size, feed) {
  const meter = new Meter(size ?? 0, 0, performance.now());
  return (message) => {
    switch (message.kind) {
      case "registered":
      case "asked":
        return;
      case "started":
        return feed({ type: "started" });
      case "taken": {
        const { bytes: taken } = message;
        const pace = meter.measure(taken, performance.now());
        feed({ type: "started" });
        if (size !== null) {
          return feed({ type: "progressed", progress: { taken, done: taken, total: size, pace } });
        }
        // Of how many bytes nobody knows yet.
        const known = pace && { ...pace, secondsLeft: null };
        return feed({ type: "progressed", progress: { taken, pace: known } });
      }
      case "done":
        return feed({ type: "taken" });
      case "failed":
        return feed({ type: "failed", failure: message.failure });
      case "cancelled-by-browser":
        return feed({ type: "refused" });
    }
  };
}

/**
 * How far the Worker is.
 * @param {() => void} scanForSaves
 * @param {Feed} feed
 * @returns {(update: import("../../shared/messages.js").SaveUpdate) => void}
 */
export function followWork(scanForSaves, feed) {
  /** @type {Meter | null} */
  let meter = null;
  return ({ awaitsScan, done, total, given }) => {
    if (awaitsScan) return scanForSaves();
    const now = performance.now();
    meter ??= new Meter(total, done, now);
    const pace = meter.measure(done, now);
    feed({ type: "progressed", progress: { done, total, taken: given, pace } });
  };
}
