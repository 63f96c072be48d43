/** What Proxmox's program says to a backup, command by command. */
import { COMMANDS, explanation, printed } from "../words/proxmox.js";
import { acceptedBadge } from "../words/restore.js";
import { text } from "../words/text.js";
import { h } from "./dom.js";
import { badge, foreign } from "./parts.js";

/** @typedef {import("../core/vma_inspector.js").ProxmoxPrediction} Prediction */
/** @typedef {import("../core/vma_inspector.js").ProxmoxVerdict} Verdict */

/**
 * @param {Prediction} foretold
 * @param {HTMLElement | null} [first] a row in front of the others
 * @param {string | null} [when] the scan was made, if that was kept
 */
export function predictionList(foretold, first = null, when = null) {
  /** @type {string | null} */
  let before = null;
  return h(
    "dl",
    { class: "commands" },
    first,
    COMMANDS.map((command) => {
      const said = foretold[command];
      const isBehind = !said && foretold.unpacks === "fails";
      const explained = isBehind ? text("proxmox.not-known-behind") : explanation(command, said);
      // What was said of the command before need not be said again.
      const isNews = explained !== before;
      before = explained;
      return h(
        "div",
        {},
        h("dt", {}, h("code", {}, `vma ${command}`)),
        h("dd", {}, wordsOf(command, said, isNews ? explained : "", when)),
      );
    }),
  );
}

/**
 * @param {import("../words/proxmox.js").Command} command
 * @param {Verdict | null} said
 * @param {string} explained
 * @param {string | null} when the scan was made, if that was kept
 */
function wordsOf(command, said, explained, when) {
  if (!said) return [text("proxmox.not-known"), explained !== "" && h("p", {}, explained)];
  const { tone, word } =
    said.verdict === "accepts"
      ? acceptedBadge(when)
      : { tone: /** @type {const} */ ("damage"), word: text(`proxmox.verdict.${said.verdict}`) };
  return [
    badge(tone, word),
    said.verdict !== "accepts" && h("samp", { class: "printed" }, foreign(printed(command, said))),
    explained !== "" && h("p", {}, explained),
  ];
}

/**
 * The list with its heading, where nothing else is known of a file.
 * @param {Prediction} foretold
 */
export function predictionsAlone(foretold) {
  return [h("h3", {}, text("proxmox.eyebrow")), predictionList(foretold)];
}
