/** What could not be opened, and why. */
import { byId, fill, h, whenChanged } from "../dom.js";
import { failureSentence } from "../sentences.js";
import { button, failureWords, foreign, sign } from "./parts.js";

/** @param {import("../model.js").Send} send */
export function failureView(send) {
  const section = byId("failure");
  return whenChanged(
    ({ failure, archive }) => [failure, archive?.file],
    (failure, shown) => {
      section.hidden = failure === null;
      fill(section, failure && card(failure, shown, send));
    },
  );
}

/**
 * @param {NonNullable<import("../model.js").State["failure"]>} failed
 * @param {import("../model.js").FileFacts | undefined} shown
 * @param {import("../model.js").Send} send
 */
function card({ file, failure }, shown, send) {
  return h(
    "div",
    { class: "card notice", "data-tone": "damage" },
    h("h2", { id: "failure-title" }, sign("damage"), failureSentence(failure.code).title),
    file && h("p", { class: "notice-file" }, foreign(file.name)),
    failureWords(failure),
    shown && h("p", {}, "Below is still ", foreign(shown.name), "."),
    button("Close this message", () => send({ type: "failure-dismissed" })),
  );
}
