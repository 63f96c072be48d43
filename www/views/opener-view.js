/** The way in: the button, the hint, and what is shown while something is dragged. */
import { eventOf } from "../page/backup-files.js";
import { pieces, text } from "../words/text.js";
import { byId, fill, h, setAttribute, setText, whenChanged } from "./dom.js";
import { button, foreign } from "./parts.js";

/** @param {import("../page/model.js").Send} send */
export function openerView(send) {
  const input = /** @type {HTMLInputElement} */ (byId("file-input"));
  // Until now nobody would have taken a file. Firefox would restore this state when
  // the page is loaded again, but for its `autocomplete`.
  input.disabled = false;
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    if (files.length > 0) send(eventOf(files));
    // Otherwise choosing the same file again would not be a change.
    input.value = "";
  });
  byId("opener").append(
    button(text("opener.folder"), () => send({ type: "backups-wanted" }), { id: "folder-button" }),
    button(text("opener.sample"), () => send({ type: "sample-wanted" }), {
      id: "sample-button",
      "data-kind": "plain",
    }),
  );
  const drawPhase = whenChanged(
    ({ opening, archive, backups }) => [opening, archive !== null || backups !== null],
    drawOpener,
  );
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
  byId("folder-button").hidden = loaded;
  byId("sample-button").hidden = loaded;
  byId("opener").hidden = loaded && opening === null;
  moveButton(loaded);
  byId("opener").ariaBusy = String(opening !== null);
  setText(byId("opener-title"), loaded ? text("opener.title-again") : text("opener.title"));
  setText(byId("opener-button-text"), loaded ? text("opener.button-again") : text("opener.button"));
  const hint = opening
    ? pieces("opener.reading", { name: foreign(opening.name) })
    : [text("opener.hint")];
  fill(byId("opener-hint"), ...hint);
}

/**
 * Beside an open backup there is only the button; it keeps the keyboard's focus.
 * @param {boolean} loaded
 */
function moveButton(loaded) {
  const label = byId("file-input").closest("label");
  const place = byId(loaded ? "masthead-open" : "opener");
  if (!label || place.contains(label)) return;
  const hadFocus = label.contains(document.activeElement);
  place.append(label);
  if (hadFocus) byId("file-input").focus({ preventScroll: true });
}

/** @param {import("../page/model.js").State["dragging"]} dragging */
function drawVeil(dragging) {
  const veil = byId("drop-veil");
  veil.hidden = dragging === "no";
  setAttribute(veil, "data-over", dragging);
  fill(veil, dragging === "no" ? null : h("p", {}, text(`drop.${dragging}`)));
}
