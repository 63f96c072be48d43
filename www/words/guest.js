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
  const names = place.logical === null ? [] : deviceNames(group, part.name ?? "");
  const found = guests
    .flatMap(({ told }) => told.facts)
    .flatMap(({ kind, words: [one = "", two = "", three = ""] }) => {
      const isHere = disk?.diskId === two && String(part.offset) === three;
      const isNamedHere = isSame(part.partitionId, two) && three === "";
      if (kind === "drive") return isHere || isNamedHere ? [one] : [];
      const isMounted = kind === "mount" && two.startsWith("/");
      return isMounted && (names.includes(one) || isNamed(one, part)) ? [two] : [];
    });
  return [...new Set(found)];
}

/**
 * Names of the device of a logical volume: in the device mapper's, a `-` is two of them; or of
 * an array, which has its machine's before its own. Those that are numbers go by who comes first.
 * @param {string | null} group null for an array
 * @param {string} name
 */
function deviceNames(group, name) {
  if (group === null) {
    const own = name.replace(/^[^:]*:/s, "");
    return [`/dev/md/${own}`, `/dev/disk/by-id/md-name-${name}`];
  }
  const mapped = [group, name].map((each) => each.replaceAll("-", "--")).join("-");
  return [`/dev/mapper/${mapped}`, `/dev/${group}/${name}`, `/dev/disk/by-id/dm-name-${mapped}`];
}

/**
 * @param {string | null | undefined} own
 * @param {string} other
 */
function isSame(own, other) {
  return own?.toLowerCase() === other.toLowerCase();
}

/** What udev's links are named after, and what `fstab` calls the same. */
const LINKS = /^\/dev\/disk\/by-(uuid|label|partuuid|partlabel)\//;

/**
 * Whether a line of `fstab` names a file system by what is its own, or its partition's. Names
 * that devices get as they are found say nothing for sure.
 * @param {string} spec
 * @param {PlacedVolume["part"]} part
 */
function isNamed(spec, { volume, number, name, partitionId }) {
  const link = LINKS.exec(spec);
  const [kind, quoted = ""] = link
    ? [link[1]?.toUpperCase(), unescaped(spec.slice(link[0].length))]
    : spec.split(/=(.*)/s);
  const value = quoted.replace(/^"(.*)"$/s, "$1");
  if (value === "") return false;
  if (kind === "UUID") return isSame(volume?.uuid, value);
  if (kind === "PARTUUID") return isSame(partitionId, value);
  if (kind === "PARTLABEL") return number !== null && name === value;
  return kind === "LABEL" && volume?.label === value;
}

/** Udev writes what may not stand in a name as its bytes: `\x20`. @param {string} name */
function unescaped(name) {
  const bytes = [...name.matchAll(/\\x([0-9a-f]{2})|[^\\]+|\\/gs)].flatMap(([all, hex]) =>
    hex === undefined ? [...new TextEncoder().encode(all)] : [Number.parseInt(hex, 16)],
  );
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
