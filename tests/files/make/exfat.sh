#!/bin/sh
# Makes the images of exFAT in tests/fixtures, as root, with exfatprogs and exfat-fuse:
#   tests/files/make/exfat.sh FOLDER
# Each comes with what exfat-fuse tells of it (truth.py), and fsck.exfat finds it clean.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export TZ=UTC
mkdir -p "$1"
cd "$1"
mkdir -p mounted

# Text of about $2 KiB that packs well, of which no two places are the same.
text() { seq -f "$1 %08.0f: all of this line but its number is the same as in the others" "$(($2 * 13))"; }

# $1: name; $2: size; $3: bytes of a sector; $4: options of mkfs.
begin() {
  truncate -s "$2" "$1"
  device=$(losetup --find --show --sector-size "$3" "$1")
  # shellcheck disable=SC2086
  mkfs.exfat $4 "$device" > /dev/null
  mount.exfat-fuse "$device" mounted
}

end() {
  umount mounted
  fsck.exfat -n "$device"
  # In the order of the directories, after the caches are gone.
  mount.exfat-fuse -o ro "$device" mounted
  python3 "$here/truth.py" mounted > "$1.truth"
  umount mounted
  losetup -d "$device"
  zstd -q -f --ultra -22 --long=27 "$1" -o "$1.zst"
  rm "$1"
}

fill() {
  printf 'a few bytes' > few
  : > empty
  text whole 60 > whole
  mkdir -p folder/in/folder
  text inner 3 > folder/in/folder/file
  printf 1 > 'Grüße aus Köln.txt'
  printf 2 > '日本語 😀.txt'
  printf 3 > "$(printf 'n%.0s' $(seq 255))"
  touch -d '2019-12-31 23:59:59.77 UTC' few
}

many() {
  mkdir many
  for number in $(seq "$1"); do echo "$number" > "many/entry number $number"; done
  rm many/*3 many/*7
  # What is written by turns is in pieces.
  for turn in $(seq 12); do
    text "one $turn" 4 >> one
    text "two $turn" 5 >> two
  done
  echo again > many/again
}

begin exfat-512 24M 512 "-c 512"
(cd mounted && fill && many 400)
end exfat-512

begin exfat-4096 64M 4096 "-c 4096"
(cd mounted && fill && many 100)
end exfat-4096

begin exfat-32m 1G 512 "-c 32M"
(cd mounted && fill)
end exfat-32m

# A folder of 3,000 files of 16 KiB, whose names are in another order than what they name.
folder() {
  mkdir mounted/many
  for number in $(seq 3000); do
    yes "some text of a file" | head -c 16384 > "mounted/many/$((number * 7919 % 3001)).text"
  done
}

begin exfat-folder 72M 512 "-c 4096"
folder
end exfat-folder
rm exfat-folder.truth
rmdir mounted
