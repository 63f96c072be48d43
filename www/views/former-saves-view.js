/** Saves from archives that are no longer shown. */
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { saveBox } from "./save-box.js";

/** @param {import("../page/model.js").Send} send */
export function formerSavesView(send) {
  const section = byId("former-saves");
  const list = h("div", { class: "stack" });
  section.append(
    h(
      "div",
      { class: "card" },
      h("h2", { id: "former-saves-title" }, text("former-saves.title")),
      list,
    ),
  );
  /** @type {Map<string, ReturnType<typeof saveBox>>} */
  let boxes = new Map();

  return whenChanged(
    ({ saves, archive }) => [saves, archive?.id],
    (saves, shown) => {
      const former = saves.filter(({ archive }) => archive !== shown);
      section.hidden = former.length === 0;
      const kept = new Map(former.map((save) => [save.id, boxes.get(save.id) ?? saveBox(send)]));
      if (!sameKeys(kept, boxes)) {
        fill(
          list,
          [...kept.values()].map(({ root }) => root),
        );
      }
      boxes = kept;
      for (const save of former) boxes.get(save.id)?.draw(save);
    },
  );
}

/**
 * @param {Map<string, unknown>} a
 * @param {Map<string, unknown>} b
 */
function sameKeys(a, b) {
  return [...a.keys()].join() === [...b.keys()].join();
}
