/** That the file which is open is not there any more, or not the same. */
import { failureSentence } from "../words/sentences.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { button, foreign, sign } from "./parts.js";

/** @param {import("../page/model.js").Send} send */
export function goneView(send) {
  const section = byId("gone");
  return whenChanged(
    ({ archive }) => [archive?.gone ?? null],
    (gone) => {
      section.hidden = gone === null;
      fill(section, gone && banner(gone, send));
    },
  );
}

/**
 * @param {import("../shared/messages.js").Failure} gone
 * @param {import("../page/model.js").Send} send
 */
function banner(gone, send) {
  const { title, text: why } = failureSentence(gone.code);
  return h(
    "div",
    { class: "card notice", "data-tone": "damage" },
    h("h2", { id: "gone-title" }, sign("damage"), title),
    h("p", {}, why),
    h("p", { class: "technical" }, foreign(`${gone.code}: ${gone.message}`)),
    button(text("gone.again"), () => send({ type: "reopen-wanted" }), { "data-kind": "primary" }),
  );
}
