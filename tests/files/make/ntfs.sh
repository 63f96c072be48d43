#!/bin/sh
# Makes the images of NTFS in tests/fixtures, as root, with ntfs-3g 2022.10.3 over FUSE:
#   tests/files/make/ntfs.sh FOLDER
# Each comes with what ntfs-3g tells of it when it is mounted again (truth.py), streams as
# extended attributes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cd "$1"
mkdir -p mounted

# Text of about $2 KiB that packs well, of which no two places are the same.
text() { seq -f "$1 %08.0f: all of this line but its number is the same as in the others" "$(($2 * 13))"; }

# Bytes that no program can pack, from a seed: $1 of them, of a name $2.
noise() { openssl enc -aes-128-ctr -nosalt -pass "pass:$2" -pbkdf2 < /dev/zero 2> /dev/null | head -c "$1"; }

options=compression,streams_interface=xattr,norecover

# $1: name; $2: MiB; $3: options of mkntfs.
begin() {
  rm -f "$1"
  truncate -s "$2M" "$1"
  # shellcheck disable=SC2086
  mkntfs -F -q -Q -L "$1" $3 "$1" > /dev/null 2>&1
  ntfs-3g -o $options "$1" mounted
}

again() { umount mounted; ntfs-3g -o "$options,$2" "$1" mounted; }

end() {
  again "$1" ro
  # Where a link leads that has a letter of a drive depends on where it is mounted.
  python3 "$here/truth.py" mounted | grep -v "	[^	]*/[^	]*	-	absolute/" > "$1.truth"
  umount mounted
  pack "$1"
}

# Packs an image, without what Windows compares letters by: 110 KiB of it that are the
# same everywhere, and are not read.
pack() {
  python3 - "$1" << 'END'
import struct, sys
with open(sys.argv[1], "r+b") as disk:
    start = disk.read().find(struct.pack("<64H", *range(64)))
    disk.seek(start)
    disk.write(bytes(128 << 10))
END
  zstd -q -f --ultra -22 --long=27 "$1" -o "$1.zst"
}

# A folder of $1 names with $2 in them, of which every tenth is taken away again.
many() {
  mkdir mounted/many
  for number in $(seq "$1"); do echo "$number" > "mounted/many/a name of some length$2 $number"; done
  rm mounted/many/*5
}

# A file $1 of $2 pieces of $3 bytes, with a hole behind each.
pieces() {
  python3 - "mounted/$1" "$2" "$3" << 'END'
import sys
path, count, length = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open(path, "wb") as file:
    for number in range(count):
        file.seek(2 * number * length)
        file.write((b"%07d\n" % number) * (length // 8))
    file.truncate(2 * count * length + 777)
END
}

compressed() { mkdir -p "$1"; setfattr -n system.ntfs_attrib_be -v 0x00000810 "$1"; }

reparse() {
  python3 - "$@" << 'END'
import os, struct, sys
tag, path, target, shown, flags = sys.argv[1:]
one, two = target.encode("utf-16le"), shown.encode("utf-16le")
data = struct.pack("<HHHH", 0, len(one), len(one) + 2, len(two))
if flags:
    data += struct.pack("<I", int(flags))
data += one + b"\0\0" + two + b"\0\0"
value = struct.pack("<IHH", int(tag, 16), len(data), 0) + data
os.setxattr("mounted/" + path, "system.ntfs_reparse_data", value)
END
}

# All that a disk in use has.
begin ntfs-windows 40 ""
cd mounted
mkdir -p sizes names deep/er/and/deeper/still empty
for size in 0 1 600 700 1023 4095 4096 4097 65536 100001; do text "$size" 110 | head -c $size > sizes/$size; done
for name in 'Grüße aus Köln' '日本語' '😀 pair' 'two  blanks' -rf "$(printf 'n%.0s' $(seq 255))"; do
  echo "$name" > "names/$name"
done
echo deep > deep/er/and/deeper/still/file
for kind in text noise zeros; do compressed "packed/$kind"; done
for size in 100 4096 65535 65536 65537 300000; do
  text "$size" 400 | head -c $size > packed/text/$size
  head -c $size /dev/zero > packed/zeros/$size
done
noise 70000 noise > packed/noise/70000
{ text mixed 50; noise 70000 noise; head -c 200000 /dev/zero; text end 20; } > packed/mixed
compressed packed/changed
{ text before 150; noise 20000 noise; } > packed/changed/file
text inside 10 | dd of=packed/changed/file bs=1000 seek=61 conv=notrunc status=none
text before 100 > packed/changed/shorter
truncate -s 77777 packed/changed/shorter
text before 100 > packed/changed/longer
truncate -s 500001 packed/changed/longer
echo 'at the end' >> packed/changed/longer
cd ..
pieces sparse 60 4096
truncate -s 3000000 mounted/hole
printf x | dd of=mounted/hole bs=1 seek=2000000 conv=notrunc status=none
# Two that grow by turns, so that each is in pieces.
python3 - << 'END'
one, two = open("mounted/turns-1", "wb", 0), open("mounted/turns-2", "wb", 0)
for number in range(80):
    one.write((b"one %04d\n" % number * 456)[:4096])
    two.write((b"two %04d\n" % number * 456)[:4096])
END
echo main > mounted/streams
setfattr -n user.short -v 'a stream' mounted/streams
setfattr -n user.long -v "$(text stream 3)" mounted/streams
setfattr -n user.empty mounted/streams
mkdir mounted/streams.d
for number in $(seq 40); do
  setfattr -n "user.number $number" -v "stream number $number of a folder" mounted/streams.d
  echo "$number" > "mounted/streams.d/$number"
done
ln mounted/streams mounted/empty/again
echo dos > 'mounted/a long name with blanks.text'
setfattr -n system.ntfs_dos_name -v 'ALONGN~1.TEX' 'mounted/a long name with blanks.text'
mkdir mounted/marked
for flags in 2 4 6; do
  echo marked > mounted/marked/$flags
  setfattr -n system.ntfs_attrib_be -v 0x0000000$flags mounted/marked/$flags
done
ln -s ../sizes/4096 mounted/deep/interix
ln -s "$(printf 'far/%.0s' $(seq 200))" mounted/deep/interix-far
touch -d '1970-01-01 00:00:00 UTC' mounted/sizes/0
touch -d '1601-01-02 03:04:05.6789 UTC' mounted/sizes/1
touch -d '2400-01-01 00:00:00.1234567 UTC' mounted/sizes/600
echo gone > mounted/gone
rm mounted/gone
mkdir mounted/absolute
: > mounted/relative
reparse a000000c relative 'sizes\4096' 'sizes\4096' 1
: > mounted/absolute/link
reparse a000000c absolute/link '\??\C:\sizes\4096' 'C:\sizes\4096' 0
mkdir mounted/absolute/junction
reparse a0000003 absolute/junction '\??\C:\sizes' 'C:\sizes' ''
mkdir mounted/absolute/volume
reparse a0000003 absolute/volume '\??\Volume{12345678-0000-0000-0000-100000000000}\' '' ''
again ntfs-windows special_files=wsl
ln -s ../sizes/700 mounted/deep/wsl
mkfifo mounted/deep/fifo
end ntfs-windows

# What is not read, by what it is called.
begin ntfs-refused 20 ""
truncate -s 5000 mounted/wof mounted/cloud-hole mounted/dedup
text cloud 20 > mounted/cloud-whole
for pair in wof:17000080 cloud-hole:1a000090 cloud-whole:1a300090 dedup:13000080 unknown:34120080; do
  touch "mounted/${pair%:*}"
  setfattr -n system.ntfs_reparse_data -v "0x${pair#*:}0400000001000000" "mounted/${pair%:*}"
done
text efs 4 > mounted/efs
number=$(stat -c %i mounted/efs)
umount mounted
# ntfs-3g does not encrypt: the flag of the contents alone is set.
python3 - "$number" << 'END'
import struct, sys
with open("ntfs-refused", "r+b") as disk:
    boot = disk.read(512)
    cluster = struct.unpack_from("<H", boot, 11)[0] * boot[13]
    start = struct.unpack_from("<Q", boot, 48)[0] * cluster + int(sys.argv[1]) * 1024
    disk.seek(start)
    record = disk.read(1024)
    at = struct.unpack_from("<H", record, 20)[0]
    while struct.unpack_from("<I", record, at)[0] != 0x80:
        at += struct.unpack_from("<I", record, at + 4)[0]
    disk.seek(start + at + 12)
    disk.write(b"\0\x40")
END
pack ntfs-refused

# Each size of cluster and sector.
for pair in 512:512 1024:512 8192:512 65536:512 2097152:512 4096:4096; do
  cluster=${pair%:*} sector=${pair#*:}
  name=ntfs-$cluster-$sector
  mib=24
  [ "$cluster" -lt 2000000 ] || mib=200
  begin "$name" $mib "-c $cluster -s $sector"
  many 240 "$([ "$cluster" -lt 60000 ] || printf ' and more%.0s' $(seq 20))"
  pieces pieces $((cluster > 60000 ? 9 : 500)) "$((cluster > 4096 ? cluster : 4096))"
  text large 300 > mounted/large
  text small 1 | head -c 300 > mounted/small
  setfattr -n user.stream -v "$(text stream 9)" mounted/small
  if [ "$cluster" -le 4096 ]; then
    compressed mounted/packed
    text packed 300 > mounted/packed/text
    noise 20000 noise > mounted/packed/noise
  fi
  end "$name"
done

# A table of files in so many pieces that it takes a list of attributes.
begin ntfs-table 16 "-c 512"
mkdir mounted/small mounted/many
for name in $(seq 2400); do printf '%01400d' "$name" > "mounted/small/$name"; done
head -c 20000000 /dev/zero > mounted/rest 2> /dev/null || true
rm mounted/small/*[13579]
sync
for name in $(seq 2400); do : > "mounted/many/$name" || break; done
rm mounted/many/*[1-8] mounted/small/*[2468]
end ntfs-table

# A folder of 5,000 names, of which each tenth was taken away.
begin ntfs-many 12 ""
mkdir mounted/many
for number in $(seq 5000); do : > "mounted/many/entry number $number"; done
rm mounted/many/*7
umount mounted
pack ntfs-many

# A folder of 3,000 files of 16 KiB, whose names are in another order than what they name.
folder() {
  mkdir mounted/many
  for number in $(seq 3000); do
    yes "some text of a file" | head -c 16384 > "mounted/many/$((number * 7919 % 3001)).text"
  done
}

begin ntfs-folder 72 "-c 4096"
folder
find mounted -exec touch -d '2024-05-06 07:08:09 UTC' {} +
umount mounted
pack ntfs-folder
rmdir mounted
