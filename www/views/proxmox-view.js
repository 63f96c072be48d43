/** What a restore in Proxmox would do, and what its program says, command by command. */
import { whenKept } from "../words/format.js";
import { anyNameCommand, deathsOf, hasPlaceholder } from "../words/restore-facts.js";
import {
  deathWords,
  hostCondition,
  restoreBadge,
  restoredWords,
  restoreVerdict,
} from "../words/restore.js";
import { LINES } from "../words/shown.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { badge, copyButton, foreign, listItems, sign } from "./parts.js";
import { predictionList } from "./predictions.js";

/** @typedef {import("../core/vma_inspector.js").ProxmoxPrediction} Prediction */
/** @typedef {import("../core/vma_inspector.js").ProxmoxRestore} Restore */
/** @typedef {import("../page/model.js").Send} Send */

/** @param {Send} send */
export function proxmoxView(send) {
  const section = byId("proxmox");
  return whenChanged(
    ({ archive }) => [archive?.trust, archive?.scan, archive?.overview.container],
    (trust, scan, container) => {
      section.hidden = !trust || scan?.phase === "running";
      const when = scan ? whenKept(scan) : null;
      fill(section, trust && container && card(trust, container, when, send));
    },
  );
}

/**
 * @param {import("../shared/messages.js").Trust} trust
 * @param {import("../core/vma_inspector.js").ContainerKind} kind
 * @param {string | null} when the scan was made, if that was kept
 * @param {Send} send
 */
function card({ proxmox: foretold, restore }, kind, when, send) {
  const { tone, title, text: words } = restoreVerdict(restore, when);
  const { byName, byContents } = deathsOf(restore);
  const fails = byContents.length > 0;
  const command = byName.length > 0 ? anyNameCommand(kind) : restore.command;
  return h(
    "div",
    { class: "card" },
    h("p", { class: "eyebrow" }, text("proxmox.eyebrow")),
    h("h2", { id: "proxmox-title" }, sign(tone), title),
    fails && h("p", {}, h("strong", {}, text("restore.do-not")), " ", text("restore.here")),
    h("p", {}, words),
    predictionList(foretold, restoreRow(foretold, restore, when), when),
    !fails && restore.decided && commandPart(command, restore, send),
    !fails && restored(restore),
  );
}

/**
 * @param {Prediction} foretold
 * @param {Restore} restore
 * @param {string | null} when the scan was made, if that was kept
 */
function restoreRow(foretold, restore, when) {
  const { tone, word } = restoreBadge(restore, when);
  const told = restore.deaths.map((death) => deathWords(death, restore, foretold));
  return h(
    "div",
    {},
    h("dt", {}, h("code", {}, "qmrestore")),
    h(
      "dd",
      {},
      badge(tone, word),
      told.flatMap(({ printed: words, explained }) => [
        words !== "" && h("samp", { class: "printed" }, foreign(words, LINES)),
        explained !== "" && h("p", {}, explained),
      ]),
      told.length === 0 && restore.decided && h("p", {}, text("restore.writes")),
      restore.deaths.length > 0 &&
        restore.unreadMaps.length > 0 && [
          h("p", {}, text("restore.passed-over")),
          h(
            "ul",
            {},
            listItems(restore.unreadMaps, ({ line }) =>
              h("samp", { class: "printed" }, foreign(line)),
            ),
          ),
        ],
    ),
  );
}

/**
 * The command to copy, and what the host decides.
 * @param {string} command
 * @param {Restore} restore
 * @param {Send} send
 */
function commandPart(command, restore, send) {
  return h(
    "section",
    { class: "restore-part", "aria-labelledby": "restore-command-title" },
    h("h3", { id: "restore-command-title" }, text("restore.command")),
    h(
      "div",
      { class: "restore-command" },
      h("code", { class: "printed" }, command),
      copyButton(text("button.copy"), () => command, send),
    ),
    hasPlaceholder(command) && h("p", {}, text("restore.file")),
    h("p", {}, foreign(hostCondition(restore), LINES)),
    h("p", { class: "quiet" }, text("restore.shell")),
  );
}

/** @param {Restore} restore */
function restored(restore) {
  const words = restoredWords(restore);
  if (words.length === 0) return null;
  return h(
    "section",
    { class: "restore-part", "aria-labelledby": "restored-title" },
    h("h3", { id: "restored-title" }, text("restored.title")),
    h(
      "ul",
      {},
      listItems(words, (line) => foreign(line)),
    ),
  );
}
