/**
 * What of a configuration is not for others to read, left out: passwords and keys,
 * and whatever may hold any text.
 *
 * Source: `qm.conf(5)` of qemu-server 9.2.6. Known is what is harmless, not what is
 * secret: a key that is not listed here is left out as well.
 */

/** Stands for what is left out. */
export const MASK = "********";

/** Keys whose values are numbers, choices, and names of things. */
const PLAIN = new Set(
  [
    "acpi affinity agent allow-ksm amd-sev arch autostart balloon bios boot bootdisk cdrom",
    "cicustom citype ciupgrade ciuser cores cpu cpulimit cpuunits efidisk freeze hookscript",
    "hotplug hugepages intel-tdx ivshmem keephugepages keyboard kvm localtime lock machine memory",
    "meta migrate_downtime migrate_speed name nameserver numa onboot ostype parent protection",
    "reboot runningcpu runningmachine scsihw searchdomain shares smp snapstate snaptime sockets",
    "spice_enhancements startdate startup tablet tags tdf template tpmstate vcpus vga vmgenid",
    "vmstate vmstatestorage watchdog",
  ].flatMap((line) => line.split(" ")),
);

/** The same of keys with a number behind them. */
const PLAIN_NUMBERED =
  /^(audio|efidisk|hostpci|ide|ipconfig|net|numa|parallel|rng|sata|scsi|serial|tpmstate|unused|usb|virtio|virtiofs)\d+$/;

/** Of a key that is not plain, the options that are. */
const PLAIN_OPTIONS = /** @type {Record<string, RegExp>} */ ({
  smbios1: /^(uuid=[0-9a-fA-F-]{36}|base64=[01])$/,
});

/** What looks like a secret wherever it stands: an option's name, and a person before a host. */
const TELLTALE = /pass(word|wd|phrase|=)|secret|token|credential|api-?key|private|:\/\/[^/]*@/i;

/** Line ends of other systems, and whatever else could hide another line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\0-\x1f\x7f-\x9f\u2028\u2029]/;

const MAP = /^#qmdump#map:[\w-]+:[\w.-]+:[\w.-]*:[\w.-]*:$/;
const SECTION = /^\[[\w:.-]+\]$/;
const SETTING = /^([a-z][a-z_-]*\d*):([ \t]*)(.*)$/;

/**
 * The value of a setting, as it can be passed on.
 * @param {string} key
 * @param {string} value
 */
export function maskedValue(key, value) {
  const isPlain = PLAIN.has(key) || PLAIN_NUMBERED.test(key);
  if (isPlain) return maskedPlain(value);
  const plain = PLAIN_OPTIONS[key];
  if (!plain) return MASK;
  const options = value.split(",");
  return options
    .map((option) =>
      plain.test(option) ? option : option.replace(/^([a-z0-9]*=)?[^]*$/, `$1${MASK}`),
    )
    .join(",");
}

/** @param {string} value that looks harmless */
function maskedPlain(value) {
  return TELLTALE.test(value) || CONTROL.test(value) ? MASK : value;
}

/**
 * What was read out of plain settings, as it can be passed on.
 * @param {unknown} value
 * @returns {unknown}
 */
export function maskedFacts(value) {
  if (typeof value === "string") return maskedPlain(value);
  if (Array.isArray(value)) return value.map(maskedFacts);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, maskedFacts(each)]));
}

/**
 * The text of a configuration file, as it can be passed on.
 * @param {string} name of the file
 * @param {string} text
 */
export function maskedConfig(name, text) {
  if (name.endsWith(".fw")) return text.replaceAll(/#[^\n]*/g, `# ${MASK}`);
  if (!name.endsWith(".conf")) return MASK;
  return text.split("\n").map(maskedLine).join("\n");
}

/** Where a text for another program holds notes, and what the machine says of itself. */
const OF_A_PERSON = [
  /^ *<description>[^]*?<\/description>\n/m,
  /^ *<sysinfo [^]*?<\/sysinfo>\n/m,
  /^ *<smbios mode="sysinfo"\/>\n/m,
  /^ *-smbios [^\n]*\n/m,
];

/**
 * A libvirt domain or a command of QEMU without what a person wrote into it.
 * @param {string} text
 */
export function machineTextForOthers(text) {
  return OF_A_PERSON.reduce((rest, pattern) => rest.replace(pattern, ""), text);
}

/** @param {string} whole */
function maskedLine(whole) {
  const line = whole.trimEnd();
  if (line === "" || MAP.test(line) || SECTION.test(line)) return whole;
  if (line.startsWith("#")) return `#${MASK}`;
  const [, key, blanks, value] = SETTING.exec(line) ?? [];
  if (key === undefined || value === undefined) return MASK;
  const masked = maskedValue(key, value);
  return masked === value ? whole : `${key}:${blanks}${masked}`;
}
