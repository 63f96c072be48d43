// How the page begins: it may load itself once more, and it tries its own policy.

/** Whether this document is whole, and takes files if it is the page's. */
export const isReady = () =>
  document.readyState !== "loading" && !document.querySelector("#file-input:disabled");

/** How often a driver asks whether something is so: frames may be held back. */
export const POLL_EVERY_MS = 50;

/** Whether this is what the browser says of the connection that it was to stop. */
export function isPolicyTried(text) {
  return text.includes("vma-inspector-policy-check");
}
