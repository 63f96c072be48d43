// The list of files of a disk, as a person goes through it.

/** Names of the rows that are in the document, as a person reads them. */
export const names = ({ page }) =>
  page.evaluate(() =>
    [...document.querySelectorAll(".files-rows .files-row")].map(
      (row) => row.querySelector(".files-words > :first-child").textContent,
    ),
  );

/** Waits until these names are among the rows. */
export async function listed(inspector, wanted) {
  await inspector.page.waitFor((wanted) => {
    const rows = [...document.querySelectorAll(".files-rows .files-words > :first-child")];
    return wanted.every((name) => rows.some(({ textContent }) => textContent === name));
  }, wanted);
}

/** Clicks a part of the row of a name. */
export async function click({ page }, name, part = ".files-words > :first-child") {
  await page.waitFor(
    ({ name, part }) => {
      const rows = [...document.querySelectorAll(".files-rows .files-row")];
      const row = rows.find(
        (each) => each.querySelector(".files-words > :first-child").textContent === name,
      );
      row?.querySelector(part).click();
      return row;
    },
    { name, part },
  );
}

/** Goes into folders, one after the other. */
export async function enter(inspector, ...folders) {
  for (const name of folders) {
    await listed(inspector, [name]);
    await click(inspector, name);
    await inspector.shows(new RegExp(`${name}$`), ".files-path");
  }
}
