/** Handles of files that were chosen, where a browser gives them: they outlive the file. */

/** @type {WeakMap<File, Promise<FileSystemHandle | null>>} */
const handles = new WeakMap();

/**
 * @param {File} file
 * @param {Promise<FileSystemHandle | null>} handle
 */
export function keepHandle(file, handle) {
  handles.set(
    file,
    handle.catch(() => null),
  );
}

/**
 * @param {File} file
 * @returns {Promise<FileSystemFileHandle | null>}
 */
export async function handleOf(file) {
  const handle = (await handles.get(file)) ?? null;
  return handle?.kind === "file" ? /** @type {FileSystemFileHandle} */ (handle) : null;
}
