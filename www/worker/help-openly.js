/** What each thread that works for the Worker tells the page of itself. */
import { watchAsked } from "../shared/asked.js";
import { policyHere } from "../shared/policy.js";

/**
 * Tells which policy binds this thread, and what it asks of any server.
 * @returns {Promise<void>} when the policy was told, for a thread that hears nothing later on
 */
export async function helpOpenly() {
  watchAsked((urls) => send({ kind: "asked", urls }));
  send({ kind: "policy", policy: await policyHere() });
}

/** @param {import("../shared/messages.js").FromHelper} message */
function send(message) {
  self.postMessage(message);
}
