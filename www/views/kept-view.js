/** What is kept in the browser of former scans, and how to forget it. */
import { byId, h, setText, whenChanged } from "./dom.js";
import { counted, size } from "../words/format.js";
import { button } from "./parts.js";

/** @param {import("../page/model.js").Send} send */
export function keptView(send) {
  const box = h("input", {
    type: "checkbox",
    on: { change: () => send({ type: "keeping-wanted", wanted: box.checked }) },
  });
  const line = h("p", { class: "quiet" });
  const forget = button("Forget them", () => send({ type: "forget-kept-wanted" }));
  byId("kept").append(
    h("h2", { id: "kept-title", class: "visually-hidden" }, "What this browser keeps"),
    h(
      "label",
      { class: "choice" },
      box,
      "Remember finished scans in this browser, so that the same file is ready at once next time",
    ),
    line,
    forget,
  );
  return whenChanged(
    ({ keeping }) => [keeping],
    ({ wanted, usage }) => {
      box.checked = wanted;
      forget.hidden = !usage || usage.count === 0;
      line.hidden = forget.hidden;
      if (usage) setText(line, `${counted(usage.count, "scan")} kept, ${size(usage.bytes)}.`);
    },
  );
}
