/** What Proxmox's own program would say, command by command. */
import { byId, fill, h, whenChanged } from "./dom.js";
import { COMMANDS, explanation, printed, proxmoxVerdict } from "../words/proxmox.js";
import { badge, foreign, sign } from "./parts.js";

/** @typedef {import("../core/vma_inspector.js").ProxmoxPrediction} Prediction */
/** @typedef {import("../core/vma_inspector.js").ProxmoxVerdict} Verdict */

/** @type {Record<Verdict["verdict"], { tone: "good" | "damage", word: string }>} */
const WORDS = {
  accepts: { tone: "good", word: "accepted" },
  fails: { tone: "damage", word: "fails" },
  aborts: { tone: "damage", word: "aborts" },
  crashes: { tone: "damage", word: "crashes" },
};

export function proxmoxView() {
  const section = byId("proxmox");
  return whenChanged(
    ({ archive }) => [archive?.trust, archive?.scan.phase],
    (trust, phase) => {
      section.hidden = !trust || phase === "running";
      fill(section, trust && card(trust.proxmox));
    },
  );
}

/** @param {Prediction} foretold */
function card(foretold) {
  const { tone, title, text } = proxmoxVerdict(foretold);
  return h(
    "div",
    { class: "card" },
    h("p", { class: "eyebrow" }, "What Proxmox would say"),
    h("h2", { id: "proxmox-title" }, sign(tone), title),
    text !== "" && h("p", {}, text),
    predictionList(foretold),
  );
}

/**
 * @param {Prediction} foretold
 */
export function predictionList(foretold) {
  /** @type {string | null} */
  let before = null;
  return h(
    "dl",
    { class: "commands" },
    COMMANDS.map((command) => {
      const said = foretold[command];
      const explained = explanation(command, said);
      // What was said of the command before need not be said again.
      const isNews = explained !== before;
      before = explained;
      return h(
        "div",
        {},
        h("dt", {}, h("code", {}, `vma ${command}`)),
        h("dd", {}, said ? wordsOf(command, said, isNews ? explained : "") : "not known"),
      );
    }),
  );
}

/**
 * @param {import("../words/proxmox.js").Command} command
 * @param {Verdict} said
 * @param {string} explained
 */
function wordsOf(command, said, explained) {
  const { tone, word } = WORDS[said.verdict];
  return [
    badge(tone, word),
    said.verdict !== "accepts" && h("samp", { class: "printed" }, foreign(printed(command, said))),
    explained !== "" && h("p", {}, explained),
  ];
}
