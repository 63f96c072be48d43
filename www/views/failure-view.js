/** What could not be opened, and why. */
import { exactSize, size } from "../words/format.js";
import { aloneWords } from "../words/parts.js";
import { failureSentence } from "../words/sentences.js";
import { pieces, text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { button, failureWords, foreign, sign } from "./parts.js";

/**
 * @typedef {typeof import("./predictions.js").predictionsAlone} Predictions
 */

/**
 * @param {import("../page/model.js").Send} send
 * @param {() => Promise<Predictions>} loadPredictions
 */
export function failureView(send, loadPredictions) {
  const section = byId("failure");
  /** @type {import("../page/model.js").State["failure"]} */
  let told = null;
  return whenChanged(
    ({ failure, archive }) => [failure, archive?.file],
    (failure, shown) => {
      section.hidden = failure === null;
      fill(section, failure && card(failure, shown, send, loadPredictions));
      if (failure && failure !== told) bring(section);
      told = failure;
    },
  );
}

/**
 * Wherever on the page a person was, what went wrong comes into view, and the
 * keyboard goes on from there.
 * @param {HTMLElement} section
 */
function bring(section) {
  const title = section.querySelector("h2");
  title?.setAttribute("tabindex", "-1");
  title?.focus({ preventScroll: true });
  title?.scrollIntoView({ block: "center", behavior: "instant" });
}

/**
 * @param {NonNullable<import("../page/model.js").State["failure"]>} failed
 * @param {import("../page/model.js").FileFacts | undefined} shown
 * @param {import("../page/model.js").Send} send
 * @param {() => Promise<Predictions>} loadPredictions
 */
function card({ file, failure, again, sentence }, shown, send, loadPredictions) {
  const { foreign: other, proxmox } = failure;
  const alone = file && aloneWords(file.name);
  return h(
    "div",
    { class: "card notice", "data-tone": "damage" },
    (other || proxmox) && h("p", { class: "eyebrow" }, text("failure-box.unreadable")),
    h(
      "h2",
      { id: "failure-title" },
      sign("damage"),
      sentence?.title ?? failureSentence(failure.code).title,
    ),
    file && h("p", { class: "notice-file" }, foreign(file.name), `, ${exactSize(file.size)}`),
    sentence ? h("p", {}, sentence.text) : failureWords(failure),
    sentence && !other && h("p", { class: "quiet" }, foreign(failure.message)),
    alone && h("p", {}, h("strong", {}, alone)),
    other?.members && memberList(other.members),
    !other && proxmox && predictions(proxmox, loadPredictions),
    shown && h("p", {}, ...pieces("failure-box.still", { name: foreign(shown.name) })),
    again &&
      button(again.asRaw ? text("failure-box.as-raw") : text("failure-box.with-memory"), () =>
        send({ type: "file-chosen", ...again }),
      ),
    button(text("failure-box.close"), () => send({ type: "failure-dismissed" })),
  );
}

/**
 * What Proxmox's program says: in words that are loaded now.
 * @param {NonNullable<import("../shared/messages.js").Failure["proxmox"]>} foretold
 * @param {() => Promise<Predictions>} load
 */
function predictions(foretold, load) {
  const place = h("div");
  load().then(
    (list) => fill(place, ...list(foretold)),
    () => fill(place, h("p", {}, text("bytes.not-loaded"))),
  );
  return place;
}

/**
 * What is in a tar archive.
 * @param {NonNullable<import("../core/vma_inspector.js").ForeignFile["members"]>} members
 */
function memberList({ list, isAll }) {
  return [
    h("h3", {}, text("members.title")),
    h(
      "ul",
      {},
      list.map((member) => h("li", {}, foreign(member.name), " ", size(member.size))),
    ),
    !isAll && h("p", {}, text("members.more")),
  ];
}
