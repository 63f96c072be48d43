/**
 * Chromium lets a page start one download after each click. A further one it holds
 * back until somebody answers a question of its own, which nobody sees who is
 * not there: of three downloads without a click, 1, 3 and 6 seconds after loading, a
 * Chromium 156 that no driver steers wrote the first. Firefox holds nothing back.
 */

/** Whether a download was started since the last click. */
let isSpent = false;

/** Clicks are all that counts: with keys and by touch there is one, too. */
export function watchClicks() {
  addEventListener("click", () => (isSpent = false), { capture: true });
}

/** Has to be told of every download that the page starts. */
export function downloadStarts() {
  isSpent = true;
}

/** Whether a download that the page starts now really begins. */
export function mayDownload() {
  return !isSpent || !("userAgentData" in navigator);
}
