/** Names of the files that are saved. */

const ARCHIVE_ENDING = /\.vma(\.(zst|lzo|gz|bz2|dat))?$/i;

/**
 * Bytes of the backup's part of a name, at most. A name has room for 255 in UTF-8:
 * with the part that the core gives, an ending and a number it is never more.
 */
const BYTES_MAX = 120;

/** Names that Windows keeps for devices, in front of a dot; its superscripts are digits. */
const RESERVED = /^(con|prn|aux|nul|(com|lpt)[1-9¹²³])(?=\.|$)/i;

/** Endings of the configs that Proxmox stores, and of text: nothing runs these. */
const CONFIG_ENDING = /\.(conf|fw|txt)$/i;

/**
 * The VM's number where the backup is named as Proxmox names it, otherwise
 * the archive's name without its ending.
 * @param {string} archiveName
 */
export function baseName(archiveName) {
  const vmid = /^vzdump-qemu-(\d{1,20})-/.exec(archiveName)?.[1];
  return vmid ?? (safe(archiveName.replace(ARCHIVE_ENDING, "")) || "archive");
}

/**
 * @param {string} archiveName
 * @param {string} deviceSafeName
 * @param {string} extension
 */
export function imageName(archiveName, deviceSafeName, extension) {
  return `${baseName(archiveName)}-${deviceSafeName}.${extension}`;
}

/**
 * A config neither begins nor ends as it likes: a system runs files, or takes them
 * for its own, by that.
 * @param {string} archiveName
 * @param {string} configSafeName
 */
export function configName(archiveName, configSafeName) {
  const name = `${baseName(archiveName)}-${configSafeName}`;
  return CONFIG_ENDING.test(name) ? name : `${name}.txt`;
}

/**
 * Whether a shell acts on nothing in a name: only then a command holds it as it is.
 * @param {string} name
 */
export function isHarmless(name) {
  return /^[\w. -]*$/.test(name);
}

/** @param {string} name */
function safe(name) {
  const kept = name
    .replace(/[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}<>:"/\\|?*]+/gu, "_")
    .replace(/^[.-]+/, "");
  return cut(kept, BYTES_MAX).replace(/\.+$/, "").replace(RESERVED, "_$1");
}

/**
 * The first characters of a text, none of them halved.
 * @param {string} text
 * @param {number} bytesMax
 */
function cut(text, bytesMax) {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(bytesMax));
  return text.slice(0, read);
}
