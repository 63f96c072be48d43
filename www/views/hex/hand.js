/** What a person does with keys and pointer on the rows of bytes. */

/**
 * @typedef {object} Hand
 * @property {(to: number, isSelecting: boolean) => void} move
 * @property {(place: { row: number, at: number } | null) => void} point
 * @property {() => void} copy
 * @property {() => { at: number, size: number, perRow: number, rows: number, top: number }} state
 */

/**
 * @param {HTMLElement} element
 * @param {import("./grid.js").Grid} grid
 * @param {Hand} hand
 */
export function byHand(element, grid, hand) {
  element.addEventListener("keydown", (event) => {
    if (byKey(event, hand)) event.preventDefault();
  });
  let isPressed = false;
  const placeOf = (/** @type {PointerEvent} */ { clientX, clientY }) =>
    grid.placeOf(document.elementFromPoint(clientX, clientY));
  const moveTo = (/** @type {PointerEvent} */ event, /** @type {boolean} */ isSelecting) => {
    const place = placeOf(event);
    const { top, perRow } = hand.state();
    if (place) hand.move((top + place.row) * perRow + place.at, isSelecting);
    return place !== null;
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button === 0) isPressed = moveTo(event, event.shiftKey);
  });
  element.addEventListener("pointermove", (event) => {
    if (isPressed && event.pointerType === "mouse") moveTo(event, true);
    else hand.point(placeOf(event));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => {
      isPressed = false;
    });
  }
  element.addEventListener("pointerleave", () => hand.point(null));
}

/**
 * @param {KeyboardEvent} event
 * @param {Hand} hand
 * @returns {boolean} whether it was for the bytes
 */
function byKey({ key, shiftKey, ctrlKey, metaKey, altKey }, hand) {
  const { at, size, perRow, rows } = hand.state();
  if (altKey) return false;
  if (ctrlKey || metaKey) return withControl(key, shiftKey, hand);
  const start = at - (at % perRow);
  /** @type {Readonly<Record<string, number>>} */
  const moves = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - perRow,
    ArrowDown: at + perRow,
    PageUp: at - perRow * (rows - 1),
    PageDown: at + perRow * (rows - 1),
    Home: start,
    End: start + perRow - 1,
  };
  const to = new Map(Object.entries(moves)).get(key);
  if (to === undefined || size === 0) return false;
  // Above the first row, and below the last, the column stays.
  const isOut = key.startsWith("Arrow") && (to < 0 || to >= size);
  if (!isOut) hand.move(to, shiftKey);
  return true;
}

/**
 * @param {string} key
 * @param {boolean} shiftKey
 * @param {Hand} hand
 */
function withControl(key, shiftKey, hand) {
  if (key === "Home") hand.move(0, shiftKey);
  else if (key === "End") hand.move(hand.state().size - 1, shiftKey);
  else if (key.toLowerCase() === "c" && !shiftKey) hand.copy();
  else return false;
  return true;
}
