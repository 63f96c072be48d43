/** Makes and changes elements. Texts only ever become text. */

/** @typedef {Node | string | null | undefined | false} Child */
/**
 * @typedef {object} Attributes
 * @property {string} [class]
 * @property {Record<string, (event: any) => void>} [on] listeners by event
 */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes & Record<string, unknown>} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, { on = {}, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
  element.append(...present(children));
  return element;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {unknown} value null and false leave it out
 */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/**
 * @param {Element} parent
 * @param {...(Child | Child[])} children
 */
export function fill(parent, ...children) {
  parent.replaceChildren(...present(children));
}

/** What is in elements, as far as `refill` has put it there. @type {WeakMap<Element, readonly unknown[]>} */
const madeOf = new WeakMap();

/**
 * Fills an element anew only where something that its children are made of has changed: what
 * a browser has laid out, and a person has selected, stays.
 * @param {Element} parent
 * @param {readonly unknown[]} of all that they are made of
 * @param {() => (Child | Child[])[]} make
 */
export function refill(parent, of, make) {
  const last = madeOf.get(parent);
  if (last?.length === of.length && of.every((each, at) => Object.is(each, last[at]))) return;
  madeOf.set(parent, of);
  fill(parent, ...make());
}

/**
 * Writes only what differs, so that selections and live regions are left alone.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/**
 * A drawing function that runs only when what it depends on has changed.
 * @template {unknown[]} Parts
 * @param {(state: import("../page/model.js").State) => readonly [...Parts]} select
 * @param {(...parts: Parts) => void} draw
 */
export function whenChanged(select, draw) {
  /** @type {readonly unknown[] | null} */
  let last = null;
  /** @param {import("../page/model.js").State} state */
  return (state) => {
    const parts = select(state);
    const isSame = parts.every((part, i) => Object.is(part, last?.[i]));
    if (isSame && parts.length === last?.length) return;
    last = parts;
    draw(...parts);
  };
}

/** What pictures are drawn from: it arrives often, and nothing else is said with it. */
const LOOKS = new Set(["contents", "diskPictures", "filePicture"]);

/**
 * A drawing function of the archive that runs only when facts of it have changed: what a
 * person reads, selects or drags something over stays the same element meanwhile.
 * @param {(archive: import("../page/model.js").ShownArchive | null) => void} draw
 */
export function whenFactsChanged(draw) {
  /** @type {import("../page/model.js").ShownArchive | null} */
  let shown = null;
  const redraw = whenChanged(
    ({ archive }) => Object.entries(archive ?? {}).flatMap(([k, v]) => (LOOKS.has(k) ? [] : [v])),
    /** @type {(...facts: unknown[]) => void} */ (() => draw(shown)),
  );
  /** @param {import("../page/model.js").State} state */
  return (state) => {
    shown = state.archive;
    redraw(state);
  };
}

/**
 * A drawing function of some facts of the archive, that sees no others and runs only when one
 * of them has changed.
 * @template {keyof import("../page/model.js").ShownArchive} Fact
 * @param {readonly Fact[]} facts
 * @param {(archive: Pick<import("../page/model.js").ShownArchive, Fact> | null) => void} draw
 */
export function whenTold(facts, draw) {
  /** @type {import("../page/model.js").ShownArchive | null} */
  let shown = null;
  const redraw = whenChanged(
    ({ archive }) => facts.map((fact) => archive?.[fact]),
    /** @type {(...facts: unknown[]) => void} */ (() => draw(shown)),
  );
  /** @param {import("../page/model.js").State} state */
  return (state) => {
    shown = state.archive;
    redraw(state);
  };
}

/**
 * @param {(Child | Child[])[]} children
 * @returns {(Node | string)[]}
 */
function present(children) {
  return children
    .flat()
    .filter((child) => child !== null && child !== undefined && child !== false);
}
