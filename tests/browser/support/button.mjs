// How a button is found where the driver has no quick way.

/**
 * The button of that name, once it can be clicked: it is seen, is not disabled, has stood in
 * one place since this was asked last, and nothing lies over it. Runs in the page.
 * @param {string} wanted
 * @returns {Element | null}
 */
export function restingButton(wanted) {
  const plain = (text) => text.replaceAll(/\s+/g, " ").trim();
  const nameOf = (element) => {
    const named = element.getAttribute("aria-labelledby")?.split(" ") ?? [];
    const others = named.map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    const label = others || element.getAttribute("aria-label");
    if (label) return plain(label);
    const copy = element.cloneNode(true);
    for (const silent of copy.querySelectorAll("[aria-hidden=true]")) silent.remove();
    return plain(copy.textContent);
  };
  const button = [...document.querySelectorAll("button, [role=button]")].find(
    (element) => !element.disabled && element.checkVisibility() && nameOf(element) === wanted,
  );
  if (!button) return null;
  const { top, left, bottom, right } = button.getBoundingClientRect();
  if (top < 0 || left < 0 || bottom > innerHeight || right > innerWidth) {
    button.scrollIntoView({ block: "center", behavior: "instant" });
  }
  const { x, y, width, height } = button.getBoundingClientRect();
  const place = [x, y, width, height].join(" ");
  const rests = globalThis.placeOfButton === place;
  globalThis.placeOfButton = place;
  const over = document.elementFromPoint(x + width / 2, y + height / 2);
  return rests && button.contains(over) ? button : null;
}
