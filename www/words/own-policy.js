/** What the browser was seen to enforce of the page's policy, in words. */
import { text } from "./text.js";

/** @typedef {import("../shared/messages.js").Policy} Policy */
/** @typedef {"page" | "worker" | "reader" | "hasher" | "hand" | "service"} Thread */

/** Those that are there from the start. */
const WORKERS = /** @type {const} */ (["worker", "reader", "hasher"]);

/** @typedef {{ readonly [Each in Thread]?: Policy | null }} Found null: there is no such thread */

/**
 * Whether every thread has told; by then all of them are loaded.
 * @param {Found} found
 */
export function allHaveTold(found) {
  return [...WORKERS, "page", "service"].every((thread) => thread in found);
}

/**
 * No more than holds; nothing as long as it is not known of every thread.
 * @param {Found} found
 */
export function ownPolicy(found) {
  if (!allHaveTold(found)) return "";
  if ([...WORKERS, "page"].every((thread) => found[/** @type {Thread} */ (thread)] === "nowhere")) {
    return text("policy.nowhere");
  }
  const offline = found.service === null ? text("policy.offline-loaded") : text("policy.offline");
  return `${enforced(found)} ${offline}`;
}

/** @param {Policy | null | undefined} policy */
function isBound(policy) {
  return policy === "own-origin" || policy === "nowhere";
}

/** @param {Found} found */
function enforced(found) {
  if (!isBound(found.page)) return text("policy.none");
  // Threads that unpack ahead come with the first backup that they can be of use for.
  const workers = [...WORKERS, ...("hand" in found ? /** @type {const} */ (["hand"]) : [])];
  if (workers.some((thread) => !isBound(found[thread]))) return text("policy.page");
  if (found.service === null) return text("policy.threads");
  return found.service === "own-origin" ? text("policy.all") : text("policy.all-but-service");
}
