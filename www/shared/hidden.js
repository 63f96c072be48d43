/**
 * Characters that do not show, or that change the order or the place of what stands
 * around them: control characters, also those of C1, marks of direction, joiners and
 * other characters without width, and what no character is.
 */
const CLASSES =
  "\\p{Cc}\\p{Cf}\\p{Co}\\p{Cn}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}";

/** They only choose how an emoji looks. */
const EMOJI_STYLES = "\\ufe0e|\\ufe0f";

/** Runs of them in a text of one line. */
export const HIDDEN_RUNS = new RegExp(`(?:(?!${EMOJI_STYLES})[${CLASSES}])+`, "gu");

/** Runs of them in a text of several, whose line ends and tabs are its own. */
export const HIDDEN_RUNS_IN_LINES = new RegExp(
  `(?:(?!\\n|\\t|${EMOJI_STYLES})[${CLASSES}])+`,
  "gu",
);

/**
 * JSON with the same values in it, as a text that shows all that it says.
 * @param {string} json
 */
export function shownJson(json) {
  return json.replace(HIDDEN_RUNS_IN_LINES, (run) => {
    const units = Array.from({ length: run.length }, (_, at) => run.charCodeAt(at));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}
