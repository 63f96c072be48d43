/** Saves, in view wherever on the page a person is. */
import { isLive } from "../page/save.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { saveBox } from "./save-box.js";

/** @param {import("../page/model.js").Send} send */
export function trayView(send) {
  const section = byId("saves");
  const list = h("div", { class: "tray-list" });
  section.append(
    h("h2", { id: "saves-title", class: "visually-hidden" }, text("saves.title")),
    list,
  );
  /** @type {Map<string, ReturnType<typeof saveBox>>} */
  let boxes = new Map();

  return whenChanged(
    ({ saves }) => [saves],
    (saves) => {
      section.hidden = saves.length === 0;
      // What goes on comes first.
      const ordered = [...saves.filter(isLive), ...saves.filter((save) => !isLive(save))];
      const kept = new Map(ordered.map((save) => [save.id, boxes.get(save.id) ?? saveBox(send)]));
      if (!sameKeys(kept, boxes)) {
        fill(
          list,
          [...kept.values()].map(({ root }) => root),
        );
      }
      boxes = kept;
      for (const save of ordered) boxes.get(save.id)?.draw(save);
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
