/** What Proxmox's own program would say, command by command. */
import { COMMANDS, explanation, printed, proxmoxVerdict } from "../words/proxmox.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { badge, foreign, sign } from "./parts.js";

/** @typedef {import("../core/vma_inspector.js").ProxmoxPrediction} Prediction */
/** @typedef {import("../core/vma_inspector.js").ProxmoxVerdict} Verdict */

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
  const { tone, title, text: words } = proxmoxVerdict(foretold);
  return h(
    "div",
    { class: "card" },
    h("p", { class: "eyebrow" }, text("proxmox.eyebrow")),
    h("h2", { id: "proxmox-title" }, sign(tone), title),
    words !== "" && h("p", {}, words),
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
        h(
          "dd",
          {},
          said ? wordsOf(command, said, isNews ? explained : "") : text("proxmox.not-known"),
        ),
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
  const tone = said.verdict === "accepts" ? "good" : "damage";
  return [
    badge(tone, text(`proxmox.verdict.${said.verdict}`)),
    said.verdict !== "accepts" && h("samp", { class: "printed" }, foreign(printed(command, said))),
    explained !== "" && h("p", {}, explained),
  ];
}
