/** What files in the disks tell of the machine. Pure. */

/** @typedef {import("../core/vma_inspector.js").DiskContents} DiskContents */
/** @typedef {import("../shared/files.js").GuestOfVolume} GuestOfVolume */
/**
 * A file system at its place.
 * @typedef {object} PlacedVolume
 * @property {import("../shared/files.js").VolumePlace} place
 * @property {import("../core/vma_inspector.js").DiskArea} part
 */
/** @typedef {import("../shared/files.js").GuestFact} GuestFact */

/**
 * The first word of each fact of a kind, each once.
 * @param {readonly GuestOfVolume[]} guests
 * @param {GuestFact["kind"]} kind
 */
function firstWords(guests, kind) {
  const facts = guests.flatMap(({ told }) => told.facts).filter((fact) => fact.kind === kind);
  return [...new Set(facts.map(({ words }) => words[0] ?? ""))].filter((word) => word !== "");
}

/**
 * The systems in the disks, and names of theirs that are not that of the machine; whether
 * a newer state of them may wait in a log.
 * @param {readonly GuestOfVolume[]} guests
 * @param {string | null} name of the machine
 */
export function guestLine(guests, name) {
  const systems = firstWords(guests, "system");
  const hosts = firstWords(guests, "hostname").filter((host) => !isSameHost(host, name));
  return { systems, hosts, isUnsure: firstWords(guests, "unreplayed-log").length > 0 };
}

/**
 * Whether a name is the machine's, but for capitals and a domain.
 * @param {string} host
 * @param {string | null} name
 */
function isSameHost(host, name) {
  const own = (name ?? "").toLowerCase();
  return host.toLowerCase() === own || host.toLowerCase().split(".")[0] === own.split(".")[0];
}

/**
 * Where the machine mounts a file system, as its own tables say: `/home`, `C:`.
 * @param {readonly GuestOfVolume[]} guests
 * @param {PlacedVolume} volume
 * @param {DiskContents | undefined} disk what is on the disk that it is on
 */
export function mountPoints(guests, volume, disk) {
  const { place, part } = volume;
  const group = disk?.areas[place.area]?.group ?? null;
  const names = place.logical === null ? [] : deviceNames(group ?? "", part.name ?? "");
  const found = guests
    .flatMap(({ told }) => told.facts)
    .flatMap(({ kind, words: [one = "", two = "", three = ""] }) => {
      const isHere = disk?.diskId === two && String(part.offset) === three;
      if (kind === "drive") return isHere ? [one] : [];
      const isMounted = kind === "mount" && two.startsWith("/");
      return isMounted && (names.includes(one) || isNamed(one, part)) ? [two] : [];
    });
  return [...new Set(found)];
}

/**
 * Names of the device of a logical volume: in the device mapper's, a `-` is two of them.
 * @param {string} group
 * @param {string} name
 */
function deviceNames(group, name) {
  const mapped = [group, name].map((each) => each.replaceAll("-", "--")).join("-");
  return [`/dev/mapper/${mapped}`, `/dev/${group}/${name}`];
}

/**
 * Whether a line of `fstab` names a file system by its UUID or its label. Names that
 * devices get as they are found say nothing for sure.
 * @param {string} spec
 * @param {PlacedVolume["part"]} part
 */
function isNamed(spec, { volume }) {
  const [kind, quoted = ""] = spec.split(/=(.*)/s);
  const value = quoted.replace(/^"(.*)"$/s, "$1");
  if (value === "") return false;
  if (kind === "UUID") return volume?.uuid?.toLowerCase() === value.toLowerCase();
  return kind === "LABEL" && volume?.label === value;
}
