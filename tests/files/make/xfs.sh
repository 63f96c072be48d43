#!/bin/sh
# Makes the images of XFS in tests/fixtures, as root, with Linux's own writer:
#   tests/files/make/xfs.sh FOLDER
# With what the kernel tells of each (truth.py): of those that were copied while in use,
# once it has replayed the copy's log.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cd "$1"
mkdir -p mounted
# mkfs.xfs makes small logs only for its own tests.
export TEST_DIR=/ TEST_DEV=/ QA_CHECK_FS=1

# $1: name; $2: options of mkfs; $3: those of mount.
begin() {
  truncate -s 100M "$1"
  # shellcheck disable=SC2086
  mkfs.xfs -q -f $2 "$1"
  mount -o "loop,nodiscard$3" "$1" mounted
  cd mounted
}

# $1: name; $2: options of mount.
end() {
  cd ..
  python3 "$here/truth.py" mounted > "$1.truth"
  umount mounted
  pack "$1"
}

# The same of a copy that is made now.
end_used() {
  cd ..
  cp --sparse=always "$1" copied
  umount mounted
  mv copied "$1"
  tell "$1"
}

tell() {
  cp --sparse=always "$1" replayed
  mount -o loop,nodiscard replayed mounted
  python3 "$here/truth.py" mounted > "$1.truth"
  umount mounted
  rm replayed
  pack "$1"
}

pack() { zstd -q -f --ultra -22 --long=27 "$1" -o "$1.zst"; rm "$1"; }

commit() { python3 -c 'import os; os.fsync(os.open(".", os.O_RDONLY))'; }

text() { seq -f "$1 %08.0f: all of this line but its number is the same as in the others" "$(($2 * 13))"; }

# What all of them have.
fill() {
  mkdir plain short block leaf gone
  for number in $(seq 5); do echo "$number" > "short/$number"; done
  for number in $(seq 60); do echo "$number" > "block/entry number $number"; done
  for number in $(seq 400); do echo "$number" > "leaf/entry number $number of many"; done
  for number in $(seq 30); do text "$number" 5 > "gone/$number"; done
  text long 600 > plain/long
  truncate -s 9000000 plain/hole
  printf x | dd of=plain/hole bs=1 seek=8000000 conv=notrunc status=none
  fallocate -l 300000 plain/preallocated
  printf 'in the middle' | dd of=plain/preallocated bs=1 seek=100000 conv=notrunc status=none
  ln plain/long plain/again
  ln -s ../leaf plain/link
  ln -s "$(head -c 900 /dev/zero | tr '\0' l)" plain/long-link
  mknod plain/null c 1 3
  mknod plain/far b 259 70000
  mkfifo plain/pipe
  touch plain/mode plain/old plain/comment plain/large plain/list plain/many
  chmod 4711 plain/mode
  chown 70000:80000 plain/mode
  touch -d '1969-12-31 23:59:58.5 UTC' plain/old
  setfattr -n user.comment -v 'a remark' plain/comment
  setfattr -n user.empty plain/comment
  setfattr -n trusted.far -v of-root plain/comment
  setfattr -n security.capability -v 0x0100000200200000000000000000000000000000 plain/comment
  setfattr -n user.large -v "$(head -c 20000 /dev/zero | tr '\0' v)" plain/large
  setfattr -n user.small -v some plain/large
  # u::rw-,u:1234:rw-,g::r--,g:99:r--,m::rw-,o::r--; and a default one.
  setfattr -n system.posix_acl_access -v 0x0200000001000600ffffffff02000600d204000004000400ffffffff080004006300000010000600ffffffff20000400ffffffff plain/list
  setfattr -n system.posix_acl_default -v 0x0200000001000700ffffffff02000700d204000004000500ffffffff10000700ffffffff20000500ffffffff short
  setfattr -h -n trusted.link -v of-a-link plain/link
  for number in $(seq 150); do setfattr -n "user.number-$number" -v "value of $number" plain/many; done
  # Every other block of a file: a tree of extents.
  truncate -s 2400000 plain/pieces
  for number in $(seq 0 2 580); do
    printf "piece $number" | dd of=plain/pieces bs=4096 seek="$number" conv=notrunc status=none
  done
  rm block/*7 leaf/*1*of*
}

# Then, without its being put in its place.
more() {
  commit
  rm -r gone
  mkdir new later
  for number in $(seq 70); do text "new $number" 2 > "new/$number"; done
  for number in $(seq 300); do echo "$number" > "later/entry number $number of many"; done
  mv plain/old later/moved
  ln -s somewhere/else later/link
  ln -s "$(head -c 600 /dev/zero | tr '\0' m)" later/long-link
  mknod later/null c 1 3
  setfattr -n user.later -v "$(head -c 3000 /dev/zero | tr '\0' w)" plain/comment
  setfattr -x user.number-77 plain/many
  truncate -s 1000 plain/again
  for number in $(seq 1 2 200); do
    printf "later $number" | dd of=plain/pieces bs=4096 seek="$number" conv=notrunc status=none
  done
  rm later/*2*of*
  sync later/entry* new/* plain/pieces plain/again
  commit
}

begin xfs-sound "" ""
fill
touch -d '2100-01-01 00:00:00.123456789 UTC' plain/comment
cp --reflink=always plain/long plain/reflink
end xfs-sound

begin xfs-small "-b size=1024 -n size=4096 -i size=512 -m bigtime=0" ""
fill
end xfs-small

begin xfs-used "-m rmapbt=1 -i nrext64=1" ""
fill
more
cp --reflink=always plain/long plain/reflink
printf changed | dd of=plain/reflink bs=1 seek=5000 conv=notrunc status=none
sync plain/reflink
end_used xfs-used

begin xfs-used-512 "-b size=1024 -n size=8192 -m bigtime=0 -s size=512 -l size=8m" ""
fill
more
end_used xfs-used-512

# The log went round once, by large records: what is to be replayed reaches over its end.
begin xfs-round "-l size=6m" ",logbsize=262144"
for round in $(seq 50); do
  mkdir "many $round"
  for number in $(seq 200); do echo "$round" > "many $round/$number"; done
  commit
  rm "many $round/"*5
  if [ "$round" -lt 49 ]; then rm -r "many $round"; fi
  commit
done
mkdir last
for number in $(seq 120); do echo "$round" > "last/$round of $number"; done
sync last/*
commit
end_used xfs-round
# The last records were being written: what they have does not count.
begin xfs-torn "-l size=8m" ""
mkdir folder
text before 10 > folder/before
sync folder/before
text after 10 > folder/after
rm folder/before
sync folder/after
cd ..
cp --sparse=always xfs-torn copied
umount mounted
mv copied xfs-torn
said=$(xfs_logprint -t xfs-torn 2> /dev/null)
start=$(echo "$said" | sed -n 's/.*log device.*daddr: \([0-9]*\).*/\1/p')
head=$(echo "$said" | sed -n 's/.*head: \([0-9]*\).*/\1/p')
printf torn | dd of=xfs-torn bs=1 seek=$(((start + head - 1) * 512 + 200)) conv=notrunc status=none
tell xfs-torn
rmdir mounted
