/** What the page of one file begins with: it differs in how it comes by its own parts. */
import { saveBlob } from "../page/save-blob.js";
import { ownFile } from "./own-file.js";

const NOTICES = "NOTICES.txt";

// There is no other file that a link could lead to.
document.querySelector(`a[href="${NOTICES}"]`)?.addEventListener("click", async (event) => {
  event.preventDefault();
  saveBlob(NOTICES, new Blob([await ownFile(NOTICES)], { type: "text/plain" }));
});

await import("../main.js");
