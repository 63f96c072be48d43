/**
 * Does the tasks of a table, one after the other, until all is over.
 * @param {typeof import("../../core/vma_inspector_ahead.js").run} run does one
 * @param {import("./table.js").Table} table
 */
export function work(run, table) {
  for (let place = table.next(); place >= 0; place = table.next()) {
    let length = 0;
    try {
      length = run(table.bytes(place, table.length(place)), table.bytes(place));
    } finally {
      // Of one that ends this thread nothing came, and who asks for it need not wait.
      table.finish(place, length);
    }
  }
}
