/** What each thread that works for the Worker tells the page of itself. */
import { watchAsked } from "../shared/asked.js";
import { policyHere } from "../shared/policy.js";

/** Tells which policy binds this thread, and what it asks of any server. */
export function helpOpenly() {
  policyHere().then((policy) => send({ kind: "policy", policy }));
  watchAsked((urls) => send({ kind: "asked", urls }));
}

/** @param {import("../shared/messages.js").FromHelper} message */
function send(message) {
  self.postMessage(message);
}
