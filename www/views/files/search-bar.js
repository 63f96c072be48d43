/** The field to search names with, and how far that has come. */
import { text } from "../../words/text.js";
import { h, setText } from "../dom.js";
import { button } from "../parts.js";

/** Before anything was searched. */
const NOT_FAR = { folders: 0, faults: 0 };
/** Letters that can be searched for. */
const LETTERS_MAX = 255;

/**
 * @param {object} on
 * @param {(letters: string) => void} on.search
 * @param {() => void} on.stop
 * @param {() => void} on.leave the folder is to be shown again
 */
export function searchBar(on) {
  const { root, input, says, stops } = partsOf(on);
  let last = NOT_FAR;

  /**
   * @param {string} words
   * @param {boolean} isRunning
   */
  function tell(words, isRunning) {
    setText(says, words);
    if (!isRunning && document.activeElement === stops) input.focus();
    stops.hidden = !isRunning;
  }

  /**
   * @param {number} count
   * @param {import("./lister.js").Far | null} now null: it begins
   */
  function far(count, now) {
    last = now ?? NOT_FAR;
    tell(foundWords(count, last), true);
  }

  /**
   * What is said in place of rows.
   * @param {number} count
   * @param {boolean | null} isCut whether there are more; null: it was stopped, or failed
   */
  function end(count, isCut) {
    tell(isCut ? text("files.found-cut", { count }) : foundWords(count, last), false);
    return count === 0 && isCut !== null ? text("files.found-none") : "";
  }

  return {
    root,
    far,
    end,
    empty: () => {
      input.value = "";
      tell("", false);
    },
  };
}

/** @param {Parameters<typeof searchBar>[0]} on */
function partsOf({ search, stop, leave }) {
  const input = h("input", {
    type: "search",
    class: "files-input",
    id: "files-find",
    autocomplete: "off",
    spellcheck: "false",
    maxlength: LETTERS_MAX,
    placeholder: text("files.find-hint"),
    "aria-describedby": "files-find-says",
    "aria-keyshortcuts": "/",
  });
  const says = h("p", { class: "files-says", id: "files-find-says", role: "status" });
  const stops = button(text("files.find-stop"), stop, { hidden: true });
  const root = h(
    "form",
    { class: "files-search", role: "search" },
    h("label", { class: "visually-hidden", for: "files-find" }, text("files.find")),
    input,
    h("button", { class: "button", type: "submit" }, text("files.find-do")),
    stops,
    says,
  );
  root.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim() !== "") search(input.value.trim());
  });
  // Emptied by its cross, or by Escape.
  input.addEventListener("search", () => input.value === "" && leave());
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    input.value = "";
    leave();
  });
  return { root, input, says, stops };
}

/**
 * @param {number} count of what was found
 * @param {import("./lister.js").Far} far
 */
function foundWords(count, { folders, faults }) {
  const found = text("files.found", { count });
  const searched = text("files.searched", { count: folders });
  const failed = faults > 0 ? ` ${text("files.searched-faults", { count: faults })}` : "";
  return `${found} ${searched}${failed}`;
}
