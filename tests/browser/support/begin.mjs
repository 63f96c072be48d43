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

/** Run in a page of the same origin before a visit: what an earlier one has left goes. */
export async function forgetVisits() {
  localStorage.clear();
  sessionStorage.clear();
  // Until the page before is closed altogether, this waits.
  const gone = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = resolve;
      request.onerror = () => reject(request.error);
    });
  for (const { name } of await indexedDB.databases()) await gone(indexedDB.deleteDatabase(name));
  const folder = await navigator.storage.getDirectory();
  const names = await Array.fromAsync(folder.keys());
  for (const name of names) await folder.removeEntry(name, { recursive: true });
}

/** What every origin has that does nothing when it is opened. */
export const QUIET = "icon.svg";
