/**
 * What the browser loads first: the page follows once the Service Worker is in charge.
 * Nothing here waits for it at the top, since the built `main.js` takes from here what is
 * here already.
 */
import { mayBegin } from "./page/service.js";

export * from "./page/service.js";
export * from "./page/threads.js";

mayBegin().then((may) => may && import("./main.js"));
