/**
 * Puts both modules of the core together: the second makes files of what the first
 * reads. In the Worker and under Node.
 */

/** @typedef {import("../core/vma_inspector.js").Archive} Archive */
/** @typedef {import("../core/vma_inspector.js").DiskBytes} DiskBytes */
/** @typedef {Pick<typeof import("../core/vma_inspector_export.js"), "Backup">} Exporting */

/**
 * An archive as it is now, for one question or one file; to be freed.
 * @param {Exporting} exporting the second module
 * @param {Archive} archive of the first
 * @param {(disk: DiskBytes) => DiskBytes} watched what stands in for a disk
 */
export function backupOf({ Backup }, archive, watched = (disk) => disk) {
  return new Backup(archive.facts(), (...how) => {
    const disk = archive.diskBytes(...how);
    return disk && watched(disk);
  });
}
