/** What the first bytes of a file are, and how they are shown. Pure. */

/** @typedef {"utf-8" | "utf-16le" | "utf-16be" | "windows-1252"} Encoding */
/** @typedef {Encoding | "picture" | "bytes"} Form */

/** All that a person can choose, a picture where there is one. @type {readonly Form[]} */
export const FORMS = ["utf-8", "utf-16le", "utf-16be", "windows-1252", "bytes"];

/** Of so many characters one may be a control character in what is still a text. */
const PLAIN = 200;

/**
 * How a file is shown, unless a person chose otherwise.
 * @param {Uint8Array} bytes its first
 * @param {boolean} isCut whether there are more
 * @returns {Form}
 */
export function formOf(bytes, isCut) {
  if (pictureType(bytes) !== null) return "picture";
  const [one, two] = bytes;
  if (one === 0xff && two === 0xfe) return "utf-16le";
  if (one === 0xfe && two === 0xff) return "utf-16be";
  for (const encoding of /** @type {const} */ (["utf-8", "windows-1252"])) {
    const text = decoded(bytes, encoding, isCut);
    if (text !== null && isText(text)) return encoding;
  }
  return "bytes";
}

/**
 * @param {Uint8Array} bytes
 * @param {Encoding} encoding
 * @param {boolean} isCut whether the last character may be cut in two
 * @returns {string | null} null: they are not in this encoding
 */
export function decoded(bytes, encoding, isCut) {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    return null;
  }
}

/**
 * The same, with a sign for each character that is none: a person asked for it.
 * @param {Uint8Array} bytes
 * @param {Encoding} encoding
 * @param {boolean} isCut
 */
export function decodedAnyhow(bytes, encoding, isCut) {
  return new TextDecoder(encoding).decode(bytes, { stream: isCut });
}

/** @param {string} text */
function isText(text) {
  if (text.includes("\0")) return false;
  // Those that texts have: backspace to carriage return, and escape.
  const controls =
    text.match(/[\u0001-\u0007\u000e-\u001a\u001c-\u001f\u007f-\u009f]/g)?.length ?? 0;
  return controls * PLAIN <= text.length;
}

/** @type {readonly [string, RegExp][]} */
const PICTURES = [
  ["image/png", /^\x89PNG\r\n\x1a\n/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/gif", /^GIF8[79]a/],
  ["image/webp", /^RIFF[^]{4}WEBPVP8[ LX]/],
  ["image/bmp", /^BM[^]{4}\0\0\0\0[^]{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0/],
];

/**
 * Of the pictures that browsers draw and that hold no program.
 * @param {Uint8Array} bytes
 * @returns {string | null}
 */
export function pictureType(bytes) {
  const first = String.fromCharCode(...bytes.subarray(0, 32));
  return PICTURES.find(([, begins]) => begins.test(first))?.[0] ?? null;
}

/**
 * Width and height that a picture says it has: to be known before anything unpacks it.
 * @param {Uint8Array} bytes all of it, or enough
 * @returns {{ width: number, height: number } | null}
 */
export function pictureSize(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    switch (pictureType(bytes)) {
      case "image/png":
        return { width: view.getUint32(16), height: view.getUint32(20) };
      case "image/gif":
        return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
      case "image/bmp":
        return sizeOfBmp(view);
      case "image/webp":
        return sizeOfWebp(view);
      case "image/jpeg":
        return sizeOfJpeg(view);
      default:
        return null;
    }
  } catch {
    // It ends before it says so.
    return null;
  }
}

/** Of OS/2 the numbers have half the bytes; a height below zero goes down. @param {DataView} view */
function sizeOfBmp(view) {
  if (view.getUint32(14, true) === 12) {
    return { width: view.getUint16(18, true), height: view.getUint16(20, true) };
  }
  return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
}

/** RFC 9649, sections 2.5 to 2.7. @param {DataView} view */
function sizeOfWebp(view) {
  const kind = String.fromCharCode(view.getUint8(15));
  if (kind === "X") {
    const three = (/** @type {number} */ at) =>
      (view.getUint16(at, true) | (view.getUint8(at + 2) << 16)) + 1;
    return { width: three(24), height: three(27) };
  }
  if (kind === "L") {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}

/** The first header of a frame: ISO/IEC 10918-1, B.2.2. @param {DataView} view */
function sizeOfJpeg(view) {
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    // Between 0xc0 and 0xcf three are no frames.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    at += 2 + view.getUint16(at + 2);
  }
}
