/**
 * From what is the case to one verdict. The rules stand in `rules/verdict.json` and nowhere
 * else: the page and the terminal both go by them.
 */
import { RULES } from "./rules.js";

/** @typedef {typeof RULES} Rules */
/** @typedef {"scan" | "answer"} Judging what the scan shows, or what comes of everything */
/**
 * What has to be said for or against each thing that a rule names.
 * @template {Judging} J
 * @typedef {Readonly<Record<Rules[J][number][0][number], boolean>>} Facts
 */

/**
 * The first rule of which everything is the case; the last one needs nothing.
 * @template {Judging} J
 * @param {J} judging
 * @param {Facts<J>} facts
 * @returns {{ step: Rules[J][number][1], tone: Rules[J][number][2] }}
 */
export function ruleFor(judging, facts) {
  const is = /** @type {Readonly<Record<string, boolean>>} */ (facts);
  const rule = RULES[judging].find(([needed]) => needed.every((fact) => is[fact]));
  // Which of the two lists it is of, tsc does not keep.
  const [, step, tone] = /** @type {any} */ (rule);
  return { step, tone };
}
