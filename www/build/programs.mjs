// Programs that the tests use and neither cargo nor npm brings: they are
// installed where that can be done without asking, and named where it cannot.

import { existsSync } from "node:fs";
import { env } from "node:process";
import { output, run, say, Told } from "./tools.mjs";

/** Where a browser is: the first of these that exists, or null. */
function firstOf(...paths) {
  return paths.find((path) => path && existsSync(path)) ?? null;
}

/** @returns {string | null} */
export function chromium() {
  return firstOf(
    env.CHROMIUM,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
  );
}

/**
 * Chromium without anything around a page, which costs half as much of a processor as the
 * whole browser without a window.
 * @returns {string | null}
 */
export function chromiumShell() {
  return firstOf(env.CHROMIUM, "/usr/bin/chromium-headless-shell");
}

/** @returns {string | null} */
export function firefox() {
  return firstOf(env.FIREFOX, "/usr/bin/firefox-esr", "/usr/bin/firefox");
}

const onPath = (name) => output("sh", ["-c", `command -v ${name}`]);

/** Of Debian's own Python: another one does not see what Debian's packages bring. */
const pythonModule = (name) => output("/usr/bin/python3", ["-c", `import ${name}`]);

/** Debian's packages, and how to tell that one is there. */
const packages = [
  { name: "chromium", found: chromium, or: "set CHROMIUM to one of version 120 or later" },
  { name: "chromium-headless-shell", found: chromiumShell, or: "set CHROMIUM, as above" },
  { name: "firefox-esr", found: firefox, or: "set FIREFOX to one of version 128 or later" },
  { name: "qemu-utils", found: () => onPath("qemu-img") },
  { name: "qemu-system-x86", found: () => onPath("qemu-system-x86_64") },
  { name: "qemu-system-arm", found: () => onPath("qemu-system-aarch64") },
  // Other readers of the formats of disks.
  { name: "7zip", found: () => onPath("7zz") },
  { name: "python3-libqcow", found: () => pythonModule("pyqcow") },
  { name: "python3-libvhdi", found: () => pythonModule("pyvhdi") },
  { name: "python3-libvmdk", found: () => pythonModule("pyvmdk") },
  // What the readers of PyPI are installed with, see readers.mjs.
  { name: "python3-venv", found: () => pythonModule("ensurepip") },
  // The manual page of the terminal's program.
  { name: "groff-base", found: () => onPath("groff") },
  { name: "zstd", found: () => onPath("zstd") },
  { name: "lzop", found: () => onPath("lzop") },
  { name: "pigz", found: () => onPath("pigz") },
  // A second program that unpacks what holes are left out of.
  { name: "libarchive-tools", found: () => onPath("bsdtar") },
  { name: "bzip2", found: () => onPath("bzip2") },
  { name: "pbzip2", found: () => onPath("pbzip2") },
  // What is refused by its name.
  { name: "xz-utils", found: () => onPath("xz") },
  { name: "lz4", found: () => onPath("lz4") },
  { name: "7zip", found: () => onPath("7zz") },
  { name: "gddrescue", found: () => onPath("ddrescuelog") },
  { name: "e2fsprogs", found: () => onPath("mkfs.ext4") ?? firstOf("/sbin/mkfs.ext4") },
  { name: "attr", found: () => onPath("setfattr") },
  // What makes partition tables and file systems, and tells them apart.
  { name: "fdisk", found: () => onPath("sfdisk") ?? firstOf("/sbin/sfdisk") },
  { name: "gdisk", found: () => onPath("sgdisk") ?? firstOf("/sbin/sgdisk") },
  { name: "xfsprogs", found: () => onPath("mkfs.xfs") ?? firstOf("/sbin/mkfs.xfs") },
  { name: "btrfs-progs", found: () => onPath("mkfs.btrfs") ?? firstOf("/sbin/mkfs.btrfs") },
  { name: "ntfs-3g", found: () => onPath("mkntfs") ?? firstOf("/sbin/mkntfs") },
  { name: "dosfstools", found: () => onPath("mkfs.fat") ?? firstOf("/sbin/mkfs.fat") },
  { name: "exfatprogs", found: () => onPath("mkfs.exfat") ?? firstOf("/sbin/mkfs.exfat") },
  { name: "f2fs-tools", found: () => onPath("mkfs.f2fs") ?? firstOf("/sbin/mkfs.f2fs") },
  { name: "udftools", found: () => onPath("mkudffs") ?? firstOf("/sbin/mkudffs") },
  { name: "lvm2", found: () => onPath("pvcreate") ?? firstOf("/sbin/pvcreate") },
  { name: "squashfs-tools", found: () => onPath("mksquashfs") },
  { name: "mtools", found: () => onPath("mcopy") },
  { name: "genisoimage", found: () => onPath("genisoimage") },
  { name: "xorriso", found: () => onPath("xorriso") },
  { name: "libvirt-clients", found: () => onPath("virt-xml-validate") },
  { name: "libxml2-utils", found: () => onPath("xmllint") },
  // Shells that commands of the page are pasted into, beside those that Debian always has.
  { name: "zsh", found: () => onPath("zsh") },
  { name: "fish", found: () => onPath("fish") },
  { name: "tcsh", found: () => onPath("tcsh") },
  { name: "mksh", found: () => onPath("mksh") },
  { name: "ksh93u+m", found: () => onPath("ksh") },
  { name: "yash", found: () => onPath("yash") },
  { name: "busybox", found: () => onPath("busybox") },
];

const missing = () => packages.filter(({ found }) => found() === null);

/**
 * Installs what is missing. A package of one release of Debian may take another one's
 * away, as qemu-system-x86 does with a qemu-utils from the backports: then that is
 * installed once more, out of the same release.
 */
function install() {
  const quiet = { DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["update", "-qq"], { env: quiet });
  for (let rounds = 2; rounds > 0 && missing().length > 0; rounds -= 1) {
    const names = missing().map(({ name }) => name);
    say(`Installing what the tests need: ${names.join(" ")}`);
    run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...names], { env: quiet });
  }
}

/** Makes sure that all of them are there. */
export function needPrograms() {
  if (missing().length > 0 && process.getuid?.() === 0 && onPath("apt-get")) install();
  const still = missing();
  if (still.length > 0) {
    const alternatives = still
      .filter((entry) => entry.or)
      .map(({ name, or }) => `${name}: or ${or}`);
    throw new Told(
      [
        `The tests need programs that are not here. On Debian, as root:\n`,
        `    apt-get install ${still.map(({ name }) => name).join(" ")}\n`,
        ...alternatives,
      ].join("\n"),
    );
  }
}
