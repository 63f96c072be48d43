/**
 * What this thread asks of any server, by the browser's own list (Resource Timing): each
 * request of a script, an image, a style or a module, wherever it leads. Not in that list are
 * a navigation, a WebSocket, and what the Service Worker asks for; addresses that lead into
 * the browser (`data:`, `blob:`) are left out.
 * @param {(urls: string[]) => void} tell those that are new, also from before this call
 */
export function watchAsked(tell) {
  const observer = new PerformanceObserver((list) => {
    const names = list.getEntries().map(({ name }) => name);
    const urls = names.filter((name) => /^https?:/.test(name));
    if (urls.length > 0) tell(urls);
  });
  observer.observe({ type: "resource", buffered: true });
}
