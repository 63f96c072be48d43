/** The page of one file has all styles from its beginning. */

/** @returns {Promise<void>} */
export async function addStyles() {}
