// Whether an expression of licences, in SPDX's form, can be met by those that are allowed.

/** Takes an expression apart: OR binds less than AND, and AND less than WITH. */
class Expression {
  #tokens;
  #allowed;

  constructor(text, allowed) {
    // Before SPDX, "A/B" was written for "A OR B".
    this.#tokens = text.replaceAll("/", " OR ").match(/[()]|[^\s()]+/g) ?? [];
    this.#allowed = allowed;
  }

  isMet() {
    const met = this.#either();
    return met && this.#tokens.length === 0;
  }

  #takes(token) {
    const isNext = this.#tokens[0] === token;
    if (isNext) this.#tokens.shift();
    return isNext;
  }

  #either() {
    let met = this.#both();
    while (this.#takes("OR")) met = this.#both() || met;
    return met;
  }

  #both() {
    let met = this.#one();
    while (this.#takes("AND")) met = this.#one() && met;
    return met;
  }

  #one() {
    if (this.#takes("(")) {
      const met = this.#either();
      return this.#takes(")") && met;
    }
    const licence = this.#tokens.shift();
    const exception = this.#takes("WITH") ? ` WITH ${this.#tokens.shift()}` : "";
    return this.#allowed.includes(`${licence}${exception}`);
  }
}

/**
 * @param {string} expression
 * @param {string[]} allowed
 */
export function isAllowed(expression, allowed) {
  return new Expression(expression, allowed).isMet();
}
