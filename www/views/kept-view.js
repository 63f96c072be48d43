/** What is kept in the browser of former scans, and how to forget it. */
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
  const line = h("p", { class: "quiet" });
  const forget = button(text("kept.forget"), () => send({ type: "forget-kept-wanted" }));
  byId("kept").append(
    h("h2", { id: "kept-title", class: "visually-hidden" }, text("kept.title")),
    h("label", { class: "choice" }, box, text("kept.remember")),
    line,
    forget,
  );
  return whenChanged(
    ({ keeping }) => [keeping],
    ({ wanted, usage }) => {
      box.checked = wanted;
      forget.hidden = !usage || usage.count === 0;
      line.hidden = forget.hidden;
      if (usage) setText(line, text("kept.usage", { count: usage.count, size: size(usage.bytes) }));
    },
  );
}
