/** What the browser loads first: the page follows once the Service Worker is in charge. */
import { mayBegin } from "./page/service.js";

if (await mayBegin()) await import("./main.js");
