#!/bin/sh
# Makes the images of btrfs in tests/fixtures, as root, with Linux's own writer:
#   tests/files/make/btrfs.sh FOLDER
# btrfs-progs 6.14 is first on the PATH.
# Each comes with what the kernel tells of it (truth.py).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cd "$1"
mkdir -p mounted

# Text of about $2 KiB that packs well, of which no two places are the same.
text() { seq -f "$1 %08.0f: all of this line but its number is the same as in the others" "$(($2 * 13))"; }

# $1: name; $2: options of mkfs.
begin() {
  truncate -s 114M "$1"
  # shellcheck disable=SC2086
  mkfs.btrfs -q -f $2 "$1"
  mount -o loop,nodiscard "$1" mounted
}

end() {
  sync
  python3 "$here/truth.py" mounted > "$1.truth"
  umount mounted
  pack "$1"
}

pack() { zstd -q -f --ultra -22 --long=27 "$1" -o "$1.zst"; rm "$1"; }

# All that a disk in use has.
begin btrfs-linux ""
cd mounted
for kind in zlib lzo zstd; do
  mkdir $kind
  btrfs property set $kind compression $kind
  text $kind 500 > $kind/large
  text $kind 300 > $kind/changed
  text $kind 1 | head -c 900 > $kind/inline
  sync
  # Parts of compressed extents stay in use, some of them twice.
  text other 20 | dd of=$kind/changed bs=4096 seek=9 conv=notrunc status=none
  cp --reflink=always $kind/large $kind/reflink
  dd if=$kind/large of=$kind/part bs=4096 count=30 status=none
  xfs_io -c "reflink $kind/large 8192 122880 65536" $kind/part > /dev/null
  truncate -s 100001 $kind/reflink
done
mkdir plain
text plain 64 > plain/text
printf 'a few bytes' > plain/inline
: > plain/empty
truncate -s 5000000 plain/hole
printf x | dd of=plain/hole bs=1 seek=3000000 conv=notrunc status=none
fallocate -l 300000 plain/preallocated
printf 'in the middle' | dd of=plain/preallocated bs=1 seek=100000 conv=notrunc status=none
text punched 100 > plain/punched
sync
fallocate -p -o 20000 -l 50000 plain/punched
: > plain/no-sums
chattr +C plain/no-sums
text no-sums 40 > plain/no-sums
ln plain/text plain/again
ln -s ../zlib/large plain/link
mknod plain/null c 1 3
mknod plain/far b 259 70000
mkfifo plain/pipe
setfattr -n user.comment -v 'a remark' plain/text
setfattr -n user.empty plain/text
setfattr -n trusted.far -v "$(head -c 900 /dev/zero | tr '\0' v)" plain/text
chmod 4711 plain/inline
chown 70000:80000 plain/inline
touch -d '1969-12-31 23:59:58.5 UTC' plain/empty
touch -d '2100-01-01 00:00:00.123456789 UTC' plain/hole
mkdir many
for number in $(seq 700); do echo "$number" > "many/entry number $number"; done
rm many/*5
btrfs subvolume create home > /dev/null
text home 10 > home/file
mkdir home/folder
btrfs subvolume create home/folder/inner > /dev/null
text inner 10 > home/folder/inner/file
btrfs subvolume snapshot -r home before > /dev/null
text later 12 > home/file
btrfs subvolume snapshot home copy > /dev/null
text own 5 > copy/own
btrfs subvolume create gone > /dev/null
text gone 10 > gone/file
sync
btrfs subvolume delete -c gone > /dev/null
cd ..
end btrfs-linux

# What was written down since the last commit is in a log only: it is not read.
begin btrfs-log ""
text before 20 > mounted/file
end_of_commit() { sync -f mounted; python3 "$here/truth.py" mounted > btrfs-log.truth; }
end_of_commit
text after 5 > mounted/newer
sync mounted/newer
cp --sparse=always btrfs-log copied
umount mounted
mv copied btrfs-log
pack btrfs-log

# Newer features, one of them on top of another.
begin btrfs-newer "-O block-group-tree,squota --nodesize 4096"
text newer 40 > mounted/file
mkdir mounted/many
for number in $(seq 300); do echo "$number" > "mounted/many/$number"; done
sync
umount mounted
btrfstune -m btrfs-newer
mount -o loop btrfs-newer mounted
text last 10 > mounted/last
end btrfs-newer
# The first of two devices: of what is on both of them alike, and of what is spread.
for kind in raid1 raid0; do
  truncate -s 300M btrfs-$kind other
  one=$(losetup --find --show btrfs-$kind)
  two=$(losetup --find --show other)
  mkfs.btrfs -q -f -m raid1 -d $kind "$one" "$two"
  mount "$one" mounted
  echo small > mounted/small
  text large 200 > mounted/large
  sync
  python3 "$here/truth.py" mounted > btrfs-$kind.truth
  umount mounted
  losetup -d "$one" "$two"
  rm other
  pack btrfs-$kind
done
rmdir mounted
