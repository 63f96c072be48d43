// A backup with a secret in each setting that is one or that holds any text.

import { makeArchive, makeFile, qemuServerConf } from "./archives.mjs";

/** What every secret begins with. */
export const SECRET = "correct-horse";

/** The configuration of the machine, with a snapshot's. */
export const conf = [
  `#root password: ${SECRET}-1\n`,
  `args: -object secret,id=s0,data=${SECRET}-2\n`,
  `cipassword: ${SECRET}-3\n`,
  "ciuser: admin\n",
  `description: ${SECRET}-4\n`,
  "hostpci0: 0000:01:00.0\n",
  `smbios1: uuid=4c4c4544-0000-2010-8020-80c04f202020,serial=${SECRET}-5\n`,
  `sshkeys: ssh-ed25519%20AAAA%20${SECRET}-6\n`,
  `token: ${SECRET}-7\n`,
  `vga: qxl,password=${SECRET}-8\n`,
  ` cipassword: ${SECRET}-9\n`,
  qemuServerConf("drive-scsi0"),
  `[before-update]\n#${SECRET}-10\ncipassword: ${SECRET}-11\n`,
].join("");
/** Its firewall's rules, and a file of another kind. */
export const rules = `[RULES]\nIN SSH(ACCEPT) -source 10.0.0.1 # ${SECRET}-12\n`;
export const other = `${SECRET}-13\n`;

export const confFile = makeFile("secrets.conf", conf);
export const archive = makeArchive(
  "vzdump-qemu-100-2024_05_06-07_08_09.vma",
  ...["--disk", "drive-scsi0:3M:mixed:8", "--ctime", "1714979289"],
  ...["--config", `qemu-server.conf=${confFile}`],
  ...["--config", `qemu-server.fw=${makeFile("secrets.fw", rules)}`],
  ...["--config", `vm.key=${makeFile("secrets.key", other)}`],
);
