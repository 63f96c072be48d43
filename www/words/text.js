/**
 * The sentences of the page, out of the catalogue `en.json`: by key, with what
 * they name put in. A number is written as `numbers.js` writes it; `count` also
 * chooses between the plural forms. A string may be out of a file: there is a bound
 * on it, and what does not show is named.
 */
import { CATALOGUE, LANGUAGE } from "./catalogue.js";
import { count as written } from "./numbers.js";
import { shownPlainly } from "./shown.js";

/** @typedef {import("./text-types.js").Key} Key */
/** @typedef {string | Readonly<Record<string, string>>} Entry plural forms by their CLDR category */

const plurals = new Intl.PluralRules(LANGUAGE);
const entries = /** @type {Readonly<Record<string, Entry>>} */ (CATALOGUE);

/**
 * @template {Key} K
 * @param {K} key
 * @param {import("./text-types.js").Arguments<K, string>} params
 * @returns {string}
 */
export function text(key, ...params) {
  return piecesOf(key, params[0]).join("");
}

/**
 * The same where a name is to stand for something else than text, such as an
 * element: what is in between, and that, in order.
 * @template {Key} K
 * @template Value
 * @param {K} key
 * @param {import("./text-types.js").Arguments<K, Value>} params
 * @returns {(string | Value)[]}
 */
export function pieces(key, ...params) {
  return /** @type {(string | Value)[]} */ (piecesOf(key, params[0]));
}

/**
 * The key for a code that comes from elsewhere; null where the catalogue has
 * none.
 * @template {string} Family
 * @param {Family} family
 * @param {string} code
 * @returns {import("./text-types.js").KeysOf<Family> | null}
 */
export function keyOf(family, code) {
  const key = `${family}.${code}`;
  // Of so many keys, the type of `key` is more than tsc works out.
  return Object.hasOwn(entries, key) ? /** @type {any} */ (key) : null;
}

/**
 * @param {string} key
 * @param {Readonly<Record<string, unknown>>} [params]
 * @returns {unknown[]}
 */
function piecesOf(key, params = {}) {
  const entry = entries[key];
  const { count } = params;
  const form = typeof count === "number" ? plurals.select(count) : "other";
  const pattern = typeof entry === "object" ? (entry[form] ?? entry["other"]) : entry;
  if (pattern === undefined) throw new Error(`the catalogue has no ${key}`);
  return pattern.split(/\{([^}]+)\}/).map((part, index) => {
    if (index % 2 === 0) return part;
    const value = params[part];
    if (value === undefined) throw new Error(`${key} lacks ${part}`);
    if (typeof value === "string") return shownPlainly(value);
    return typeof value === "number" ? written(value) : value;
  });
}
