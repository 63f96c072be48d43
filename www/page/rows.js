/** The list of disks: drives of the configuration and disks of the archive, in one. Pure. */
/** @typedef {import("./model.js").ShownArchive} ShownArchive */
/** @typedef {import("../core/vma_inspector.js").DeviceEntry} Device */
/** @typedef {import("../core/vma_inspector.js").DrivesLeftOut["drives"][number]} Drive */
/**
 * One line of the list. Of `device` and `drive` at least one is there.
 * @typedef {object} DiskRow
 * @property {string} key tells it from the others; the same each time the list is made
 * @property {string} name as the configuration calls it, or else as the archive does
 * @property {Device | null} device what the archive holds of it
 * @property {Drive | null} drive what the configuration says of it
 * @property {boolean} boots whether the machine starts from it
 */

/** From so many lines on there is a field to search them. */
export const ROWS_TO_FILTER = 12;
/** Lines that are shown at once. */
export const ROWS_SHOWN = 24;

/**
 * All of them: in the order of the configuration, and then what it does not name.
 * @param {Pick<ShownArchive, "overview" | "summary" | "leftOut">} archive
 * @returns {DiskRow[]}
 */
export function rowsOf({ overview, summary, leftOut }) {
  const named = new Map((summary?.disks ?? []).map((disk) => [disk.key, disk]));
  const devices = byIdAndName(overview.devices);
  /** @type {Set<number>} */
  const taken = new Set();
  const rows = (leftOut?.drives ?? []).map((drive) => {
    const device = drive.state === "in-backup" ? holderOf(drive, named, devices) : null;
    if (device) taken.add(device.id);
    const boots = named.get(drive.key)?.boots ?? false;
    return { key: `drive ${drive.key}`, name: drive.key, device, drive, boots };
  });
  const others = overview.devices.filter(({ id }) => !taken.has(id));
  return [
    ...rows,
    ...others.map((device) => ({
      key: `device ${device.id}`,
      name: device.name,
      device,
      drive: null,
      boots: false,
    })),
  ];
}

/**
 * Devices by their number, and the first of each name by that.
 * @param {readonly Device[]} devices
 * @returns {ReadonlyMap<number | string | null | undefined, Device>}
 */
function byIdAndName(devices) {
  /** @type {[number | string, Device][]} */
  const both = devices.flatMap((device) => [
    [device.id, device],
    [device.name, device],
  ]);
  return new Map(both.reverse());
}

/**
 * The device that holds a drive: as a map line says, or else by its name.
 * @param {Drive} drive
 * @param {ReadonlyMap<string, { deviceId: number | null }>} named
 * @param {ReturnType<typeof byIdAndName>} devices
 */
function holderOf({ key, device: name }, named, devices) {
  return devices.get(named.get(key)?.deviceId) ?? devices.get(name) ?? null;
}

/**
 * Those that a person searches for.
 * @param {readonly DiskRow[]} rows
 * @param {string} wanted a part of a name, large or small
 */
export function foundRows(rows, wanted) {
  const letters = wanted.trim().toLowerCase();
  if (letters === "") return rows;
  return rows.filter(({ name, device }) =>
    [name, device?.name ?? ""].some((each) => each.toLowerCase().includes(letters)),
  );
}
