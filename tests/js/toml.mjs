// Reads the TOML that cargo's lock files and our own configuration are written in: tables,
// arrays of tables, and strings, numbers, truth values, arrays and inline tables in them.

/** Tokens of a value, and all between them that means nothing. */
const TOKEN = /\s+|#[^\n]*|"(?:[^"\\]|\\.)*"|[[\]{},=]|[\w.+-]+/gy;

class Values {
  #tokens;

  constructor(text) {
    TOKEN.lastIndex = 0;
    const found = [];
    for (let token = TOKEN.exec(text); token !== null; token = TOKEN.exec(text)) {
      found.push(token[0]);
    }
    if (found.join("") !== text) {
      throw new Error(`not understood: ${text.slice(found.join("").length)}`);
    }
    this.#tokens = found.filter((token) => !/^(\s|#)/.test(token));
  }

  value() {
    const token = this.#tokens.shift();
    if (token === "[") return this.#list("]", () => this.value());
    if (token === "{") return Object.fromEntries(this.#list("}", () => this.#pair()));
    return JSON.parse(token);
  }

  #pair() {
    const name = this.#tokens.shift();
    this.#expect("=");
    return [name, this.value()];
  }

  #list(end, entry) {
    const entries = [];
    while (this.#tokens[0] !== end) {
      entries.push(entry());
      if (this.#tokens[0] !== end) this.#expect(",");
    }
    this.#expect(end);
    return entries;
  }

  #expect(wanted) {
    const token = this.#tokens.shift();
    if (token !== wanted) throw new Error(`${wanted} expected, and not ${token}`);
  }
}

/** A value ends at the next line that starts with a name or a table. */
const ENTRY = /^(?:\[\[([\w.-]+)\]\]|\[([\w.-]+)\]|([\w-]+) = ((?:.|\n(?![\w[]))*))$/gm;

/**
 * @param {string} text
 * @returns {Record<string, any>}
 */
export function parseToml(text) {
  const top = {};
  let table = top;
  for (const [, list, name, key, value] of text.matchAll(ENTRY)) {
    if (list) {
      table = {};
      (top[list] ??= []).push(table);
    } else if (name) {
      table = top[name] ??= {};
    } else {
      table[key] = new Values(value).value();
    }
  }
  return top;
}
