/** What is kept in the browser, of former scans and in all, and how to remove it. */
import { isLive } from "../page/save.js";
import { size } from "../words/format.js";
import { text } from "../words/text.js";
import { byId, h, setText, whenChanged } from "./dom.js";
import { button } from "./parts.js";

/** @param {import("../page/model.js").Send} send */
export function keptView(send) {
  const box = h("input", {
    type: "checkbox",
    on: { change: () => send({ type: "keeping-wanted", wanted: box.checked }) },
  });
  const recent = h("input", {
    type: "checkbox",
    on: { change: () => send({ type: "recent-wanted", wanted: recent.checked }) },
  });
  const line = h("p", { class: "quiet" });
  const forget = button(text("kept.forget"), () => send({ type: "forget-kept-wanted" }));
  byId("kept").append(
    h("h2", { id: "kept-title", class: "visually-hidden" }, text("kept.title")),
    h("label", { class: "choice" }, box, text("kept.remember")),
    h("label", { class: "choice" }, recent, text("kept.recent")),
    line,
    forget,
  );
  const drawAll = everything(send);
  const drawScans = whenChanged(
    (state) => [state.keeping, state.recent.wanted],
    ({ wanted, usage }, isRecentWanted) => {
      box.checked = wanted;
      recent.checked = isRecentWanted;
      recent.disabled = !wanted;
      forget.hidden = !usage || usage.count === 0;
      line.hidden = forget.hidden;
      if (usage) setText(line, text("kept.usage", { count: usage.count, size: size(usage.bytes) }));
    },
  );
  /** @param {import("../page/model.js").State} state */
  return (state) => {
    drawScans(state);
    drawAll(state);
  };
}

/**
 * All that is stored, and the button that removes it.
 * @param {import("../page/model.js").Send} send
 */
function everything(send) {
  const line = h("p", { class: "quiet" });
  const remove = button(text("kept.remove-all"), () => send({ type: "remove-all-wanted" }));
  byId("kept").append(line, remove);
  return whenChanged(
    ({ stored, removed, saves }) => [stored, removed, saves.some(isLive)],
    (stored, removed, isSaving) => {
      const { scans = 0, staged = 0, settings = 0, page = 0 } = stored ?? {};
      const all = scans + staged + settings + page;
      remove.hidden = all === 0;
      remove.disabled = isSaving;
      line.hidden = all === 0 && !removed;
      const parts = { page: size(page), scans: size(scans), staged: size(staged) };
      setText(
        line,
        all === 0 ? text("kept.removed") : text("kept.all", { size: size(all), ...parts }),
      );
    },
  );
}
