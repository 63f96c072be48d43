/** The way in: the button, the hint, and what is shown while something is dragged. */
import { byId, fill, h, setAttribute, setText, whenChanged } from "./dom.js";
import { foreign } from "./parts.js";

const VEIL_WORDS = {
  file: "Drop the file to open it",
  other: "This is not a file",
};

/** @param {import("../page/model.js").Send} send */
export function openerView(send) {
  const input = /** @type {HTMLInputElement} */ (byId("file-input"));
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    if (file) send({ type: "file-chosen", file });
    // Otherwise choosing the same file again would not be a change.
    input.value = "";
  });
  const drawPhase = whenChanged(({ opening, archive }) => [opening, archive !== null], drawOpener);
  const drawDrag = whenChanged(({ dragging }) => [dragging], drawVeil);
  /** @param {import("../page/model.js").State} state */
  return (state) => {
    drawPhase(state);
    drawDrag(state);
  };
}

/**
 * @param {import("../page/model.js").FileFacts | null} opening
 * @param {boolean} loaded
 */
function drawOpener(opening, loaded) {
  setAttribute(document.body, "data-phase", loaded ? "open" : opening ? "opening" : "empty");
  byId("steps").hidden = loaded;
  byId("opener").ariaBusy = String(opening !== null);
  setText(byId("opener-title"), loaded ? "Open another backup" : "Open a backup");
  setText(byId("opener-button-text"), loaded ? "Choose another file…" : "Choose a file…");
  const hint = opening
    ? ["Reading ", foreign(opening.name), " …"]
    : ["Drop a .vma, .vma.zst, .lzo, .gz or .bz2 file anywhere on this page, or choose one."];
  fill(byId("opener-hint"), ...hint);
}

/** @param {import("../page/model.js").State["dragging"]} dragging */
function drawVeil(dragging) {
  const veil = byId("drop-veil");
  veil.hidden = dragging === "no";
  setAttribute(veil, "data-over", dragging);
  fill(veil, dragging === "no" ? null : h("p", {}, VEIL_WORDS[dragging]));
}
