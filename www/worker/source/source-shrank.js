/** What every source throws when it ends before the size it had at first. */
export class SourceShrank extends Error {
  name = "SourceShrank";

  /**
   * @param {number} offset where it ends now
   * @param {number} size
   */
  constructor(offset, size) {
    super(`the file ended at byte ${offset}, but had ${size} bytes when it was opened`);
  }
}
