/**
 * The address of a backup that the page's own names, with `#open=`; null if it names none.
 * @param {string} hash
 */
export function namedIn(hash) {
  return new URLSearchParams(hash.slice(1)).get("open");
}

/**
 * An address without scheme and host, as the page's own names it.
 * @param {string} address told from the page's own
 */
export function pathOf(address) {
  if (!URL.canParse(address, document.baseURI)) return null;
  const { href, origin } = new URL(address, document.baseURI);
  return href.slice(origin.length);
}
