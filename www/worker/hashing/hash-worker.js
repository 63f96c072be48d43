/** A Worker that does nothing but hash: so a save need not wait for it. */
import { helpOpenly } from "../help-openly.js";

/** @typedef {import("../../shared/messages.js").ToHasher} ToHasher */

/** What hashes, once there is something to do it with. @type {Promise<typeof import("./hasher.js")> | null} */
let hasher = null;

helpOpenly();

self.onmessage = ({ data }) => {
  const { port } = /** @type {import("../../shared/messages.js").ToHelper} */ (data);
  port.onmessage = ({ data: message }) => {
    // The page hears of what no handler catches, and starts its Workers anew.
    hear(message, port).catch((error) => self.reportError(error));
  };
};

/**
 * @param {ToHasher} message
 * @param {MessagePort} port
 */
async function hear(message, port) {
  if (message.kind === "core") {
    hasher = import("./hasher.js");
    (await hasher).begin(message.module, port);
  } else {
    // Those who wait for it go on in the order in which they came.
    (await hasher)?.hear(message);
  }
}
