/** Names out of a file system, made fit to save a file under; as `export/file_name.rs` does it. */

/** Bytes in UTF-8: a file's name has room for 255, and an ending may come. */
const BYTES_MAX = 200;

/** Letters, as Unicode has it, of which nothing is seen. */
const FILLERS = "\u115f\u1160\u3164\uffa0";

/** What Windows keeps for devices, whatever follows the dot. */
const RESERVED = /^(con|prn|aux|nul|(com|lpt)[1-9\u00b9\u00b2\u00b3])$/;

/**
 * A base name that every common file system takes: no path, no control, bidirectional or
 * invisible characters, no blank, dot or dash at its ends but for a dot in front, which
 * stays as an underscore.
 * @param {string} name
 */
export function safeName(name) {
  let kept = [...name].map((letter) => (isSafe(letter) ? letter : "_"));
  while (new TextEncoder().encode(kept.join("")).length > BYTES_MAX) kept = kept.slice(0, -1);
  const safe = kept
    .join("")
    .replace(/^\./, "_")
    .replace(/^[-. ]+|[-. ]+$/g, "");
  if (safe === "") return "unnamed";
  const stem = safe.split(".")[0]?.trimEnd().toLowerCase() ?? "";
  return RESERVED.test(stem) ? `_${safe}` : safe;
}

/** @param {string} letter */
function isSafe(letter) {
  return /^[\p{L}\p{N}\p{M} \-_.+@()[\],~#&=!]$/u.test(letter) && !FILLERS.includes(letter);
}
