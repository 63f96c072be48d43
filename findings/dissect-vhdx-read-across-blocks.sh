#!/usr/bin/env bash
# dissect.hypervisor 3.21 reads wrong bytes of a VHDX where a read starts within a block and
# ends in the next one.
#
# A forensic toolkit's reader of disks: one would guess that a read gives the same bytes
# wherever it starts. It takes as many sectors as were asked for, up to a whole block, from
# where the first one stands in its block, and never looks where that block ends. Behind it
# in the file comes another block, or nothing. No error, no warning. Whole blocks, and reads
# that stay within one, are right, so a copy from the front in pieces of 1 MiB shows nothing.
# Who reads file systems through it meets it.
#
# Seen on Debian 12, amd64, with files made by qemu-img 7.2 and blocks of 1 MiB.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet dissect.hypervisor==3.21
# Blocks 0 and 2 hold data, block 1 none.
python3 -c 'import sys; w = sys.stdout.buffer.write
w(b"A" * 2**20); w(bytes(2**20)); w(b"C" * 2**20)' > raw
qemu-img convert -f raw -O vhdx -o block_size=1M,subformat=dynamic raw disk.vhdx
qemu-img compare -f raw -F vhdx raw disk.vhdx
venv/bin/python - <<'END'
import sys
from pathlib import Path
from dissect.hypervisor.disk.vhdx import VHDX

raw = Path("raw").read_bytes()
disk = VHDX(Path("disk.vhdx"))
def read(offset, length):
    return disk.read_sectors(offset // 512, length // 512)
half = 2**19
within = read(half, half) == raw[half : 2 * half]
across = read(half, 2 * half) == raw[half : 3 * half]
print(f"512 KiB at 512 KiB, within a block: {'right' if within else 'wrong'}")
print(f"1 MiB at 512 KiB, across two blocks: {'right' if across else 'wrong'}")
if not within or across:
    sys.exit("changed")
END
