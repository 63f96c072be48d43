/** What the browser was seen to enforce of the page's policy, in words. */
import { text } from "./text.js";

/** @typedef {import("../shared/messages.js").Policy} Policy */
/** @typedef {"page" | "worker" | "reader" | "hasher" | "service"} Thread */

const WORKERS = /** @type {const} */ (["worker", "reader", "hasher"]);

/**
 * No more than holds; nothing as long as it is not known of every thread.
 * @param {{ readonly [Each in Thread]?: Policy | null }} found null: there is no such thread
 */
export function ownPolicy(found) {
  const { page, service } = found;
  if (page === undefined || service === undefined) return "";
  if (WORKERS.some((thread) => found[thread] === undefined)) return "";
  const offline = service === null ? text("policy.offline-loaded") : text("policy.offline");
  return `${enforced(found)} ${offline}`;
}

/** @param {{ readonly [Each in Thread]?: Policy | null }} found */
function enforced(found) {
  if (found.page !== "own-origin") return text("policy.none");
  if (WORKERS.some((thread) => found[thread] !== "own-origin")) return text("policy.page");
  if (found.service === null) return text("policy.threads");
  return found.service === "own-origin" ? text("policy.all") : text("policy.all-but-service");
}
