// What is not for others to read is left out of what a person passes on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MASK, machineTextForOthers, maskedConfig, maskedValue } from "../../www/shared/secrets.js";

const SECRET = "correct-horse";

/**
 * Where a secret can stand in a `qemu-server.conf`: in the settings that are one, or
 * that hold any text (`qm.conf(5)`), in lines that are none, and beside others.
 */
const PLANTED = {
  "the password for cloud-init": `cipassword: $5$abc$${SECRET}`,
  "its SSH keys": `sshkeys: ssh-ed25519%20AAAA%20${SECRET}`,
  "arguments of QEMU": `args: -object secret,id=s0,data=${SECRET} -vnc :1,password`,
  "an argument that no word gives away": `args: -smbios type=11,value=${SECRET}`,
  notes: `#root: ${SECRET}`,
  "notes as a setting": `description: root%3A ${SECRET}`,
  "the machine's serial number": `smbios1: uuid=4c4c4544-0000-2010-8020-80c04f202020,serial=${SECRET}`,
  "the same in base64": `smbios1: base64=1,manufacturer=${btoa(SECRET)}`,
  "a UUID that is none": `smbios1: uuid=${SECRET}`,
  "a setting that nobody knows": `apikey: ${SECRET}`,
  "a setting in capitals": `CIPASSWORD: ${SECRET}`,
  "a setting behind a blank": ` cipassword: ${SECRET}`,
  "a blank behind the key": `cipassword : ${SECRET}`,
  "a setting without a blank": `cipassword:${SECRET}`,
  "a setting behind the line end of another system": `name: a\rcipassword: ${SECRET}`,
  "a line that is no setting": SECRET,
  "an option that is named so": `vga: qxl,password=${SECRET}`,
  "a person before a host": `hookscript: https://root:${SECRET}@host/hook`,
  "a map with more behind it": `#qmdump#map:scsi0:drive-scsi0:local:raw: ${SECRET}`,
  "a section with more behind it": `[snap] ${SECRET}`,
};

for (const [where, line] of Object.entries(PLANTED)) {
  test(`a secret in a configuration is left out: ${where}`, () => {
    for (const whole of [line, `cores: 2\n${line}\nname: web\n`, `[snap]\n${line}\r\n`]) {
      const masked = maskedConfig("qemu-server.conf", whole);
      assert.ok(whole.includes(SECRET) || whole.includes(btoa(SECRET)));
      assert.ok(!masked.includes(SECRET) && !masked.includes(btoa(SECRET)), masked);
      assert.ok(masked.includes(MASK));
      assert.equal(masked.split("\n").length, whole.split("\n").length);
    }
  });
}

test("what is harmless stays as it is", () => {
  const conf = [
    "agent: 1",
    "bios: ovmf",
    "boot: order=scsi0;net0",
    "cores: 4",
    "cpu: x86-64-v2-AES",
    "efidisk0: local-lvm:vm-100-disk-0,efitype=4m,pre-enrolled-keys=1,size=528K",
    "hostpci0: 0000:01:00.0,pcie=1",
    "ide2: none,media=cdrom",
    "ipconfig0: ip=dhcp",
    "machine: type=q35,viommu=intel",
    "name: web-1",
    "net0: virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1",
    "scsi0: local-lvm:vm-100-disk-1,iothread=1,size=32G  ",
    "smbios1: uuid=4c4c4544-0000-2010-8020-80c04f202020",
    "tpmstate0: local-lvm:vm-100-disk-2,size=4M,version=v2.0",
    "virtiofs0: share",
    "#qmdump#map:scsi0:drive-scsi0:local-lvm:raw:",
    "#qmdump#map:scsi1:drive-scsi1:::",
    "",
    "[special:fleecing]",
    "[before-update]",
    "",
  ].join("\r\n");
  assert.equal(maskedConfig("qemu-server.conf", conf), conf);
});

test("of a firewall's file the comments are left out", () => {
  const rules = `[RULES]\n\nIN SSH(ACCEPT) -source 10.0.0.1 -log nolog # ${SECRET}\n#${SECRET}\n`;
  const masked = `[RULES]\n\nIN SSH(ACCEPT) -source 10.0.0.1 -log nolog # ${MASK}\n# ${MASK}\n`;
  assert.equal(maskedConfig("qemu-server.fw", rules), masked);
});

test("of a file that nobody knows all is left out", () => {
  for (const name of ["vm.key", "notes", "", "x.conf.bak"]) {
    assert.equal(maskedConfig(name, `key ${SECRET}\n`), MASK);
  }
});

test("what a list says of a setting is left out in the same way", () => {
  assert.equal(maskedValue("args", `-x ${SECRET}`), MASK);
  assert.equal(maskedValue("description", SECRET), MASK);
  assert.equal(maskedValue("hostpci0", "0000:01:00.0"), "0000:01:00.0");
  assert.equal(maskedValue("scsi99", "local:vm-1"), "local:vm-1");
});

test("what a person wrote of a machine is not in a text for others", () => {
  const domain = [
    "<domain>",
    `  <description>root: ${SECRET}`,
    `second line ${SECRET}</description>`,
    "  <os>",
    '    <smbios mode="sysinfo"/>',
    "  </os>",
    '  <sysinfo type="smbios">',
    "    <system>",
    `      <entry name="serial">${SECRET}</entry>`,
    "    </system>",
    "  </sysinfo>",
    "</domain>",
    "",
  ].join("\n");
  assert.equal(machineTextForOthers(domain), "<domain>\n  <os>\n  </os>\n</domain>\n");
  const command = `qemu \\\n  -m 512 \\\n  -smbios "type=1,serial=${SECRET} b" \\\n  -vga none\n`;
  assert.equal(machineTextForOthers(command), "qemu \\\n  -m 512 \\\n  -vga none\n");
});
