/** A newer version of the page is at hand: it takes over when it is asked to. */
import { text } from "../words/text.js";
import { byId, h, setText, whenChanged } from "./dom.js";
import { button } from "./parts.js";

/** @param {import("../page/model.js").Send} send */
export function newerView(send) {
  const section = byId("newer");
  const line = h("p");
  const use = button("", () => send({ type: "newer-wanted" }));
  section.append(h("div", { class: "card" }, line, use));
  return whenChanged(
    ({ newer }) => [newer],
    (newer) => {
      section.hidden = newer === "none";
      if (newer === "none") return;
      setText(line, text(`newer.${newer}`));
      setText(use, newer === "replaced" ? text("newer.load") : text("newer.use"));
    },
  );
}
