/**
 * Runs what makes the core print a panic, without that.
 * @template Value
 * @param {() => Value | Promise<Value>} work
 */
export async function quietly(work) {
  const { error } = console;
  console.error = () => {};
  try {
    return await work();
  } finally {
    console.error = error;
  }
}
