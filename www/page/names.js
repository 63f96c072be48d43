/** Names of the files that are saved. */

const ARCHIVE_ENDING = /\.vma(\.(zst|lzo|gz|bz2|dat))?$/i;

/**
 * The VM's number where the backup is named as Proxmox names it, otherwise
 * the archive's name without its ending.
 * @param {string} archiveName
 */
export function baseName(archiveName) {
  const vmid = /^vzdump-qemu-(\d+)-/.exec(archiveName)?.[1];
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

/** @param {string} name */
function safe(name) {
  return name
    .replace(/[\p{C}\p{Z}<>:"/\\|?*]+/gu, "_")
    .replace(/^[.\s]+/, "")
    .slice(0, 100);
}
