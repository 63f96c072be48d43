#!/bin/sh
# Makes the hives of a registry in tests/fixtures, with hivex 1.3.23 (Debian's
# libwin-hivex-perl), out of texts that say all that is in them:
#   tests/files/make/hives.sh FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cd "$1"
for name in software system; do
  # hivex makes no hive, it only adds to one: it is given a root with nothing in it.
  python3 - hive-$name << 'END'
import struct, sys

key = b"nk" + struct.pack("<HQIIIIIIIIIIIIIIIHH", 0x2C, 0, 0, 0xFFFFFFFF, 0, 0, 0xFFFFFFFF,
    0xFFFFFFFF, 0, 0xFFFFFFFF, 0x78, 0xFFFFFFFF, 0, 0, 0, 0, 0, 4, 0) + b"ROOT"
security = b"sk" + struct.pack("<HIIII", 0, 0x78, 0x78, 1, 20) + bytes([1, 0, 0, 0x80]) + bytes(16)
cells = [struct.pack("<i", -88) + key.ljust(84, b"\0"), struct.pack("<i", -48) + security.ljust(44, b"\0")]
cells = b"".join(cells)
left = 4096 - 32 - len(cells)
bin = b"hbin" + struct.pack("<II", 0, 4096) + bytes(20) + cells + struct.pack("<i", left)
base = b"regf" + struct.pack("<IIQIIIIIII", 1, 1, 0, 1, 5, 0, 1, 0x20, 4096, 1)
base = base.ljust(508, b"\0")
sum = 0
for (word,) in struct.iter_unpack("<I", base):
    sum ^= word
open(sys.argv[1], "wb").write((base + struct.pack("<I", sum)).ljust(4096, b"\0") + bin.ljust(4096, b"\0"))
END
  hivexregedit --merge --prefix 'HKEY_LOCAL_MACHINE\HIVE' "hive-$name" "$here/hive-$name.reg"
  zstd -q -19 -f "hive-$name"
done
