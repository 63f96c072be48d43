/** Bytes of a file into buffers that are there already. */

/**
 * Fills the start of a buffer with what comes next. The buffer is taken away;
 * what is returned lies in the one that has its memory.
 * @param {ReadableStreamBYOBReader} reader
 * @param {ArrayBuffer} buffer
 * @param {number} length
 */
export async function fill(reader, buffer, length) {
  let bytes = new Uint8Array(buffer, 0, 0);
  while (bytes.length < length) {
    const got = bytes.length;
    const { value, done } = await reader.read(new Uint8Array(bytes.buffer, got, length - got));
    if (done) throw new Error("the file ends early");
    bytes = new Uint8Array(value.buffer, 0, got + value.length);
  }
  return bytes;
}
