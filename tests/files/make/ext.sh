#!/bin/sh
# Makes the images of ext2, ext3 and ext4 in tests/fixtures, as root, with Linux's own
# writer and e2fsprogs 1.47:
#   tests/files/make/ext.sh FOLDER
# Each comes with what the kernel tells of it (truth.py); of one that was in use, of a copy
# of it whose journal the kernel has replayed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export TZ=UTC
mkdir -p "$1"
cd "$1"
mkdir -p mounted

# Text of about $2 KiB that packs well, of which no two places are the same.
text() { seq -f "$1 %08.0f: all of this line but its number is the same as in the others" "$(($2 * 13))"; }

# $1: name; $2: size; $3: options of mke2fs; $4: options of mount.
begin() {
  rm -f "$1"
  truncate -s "$2" "$1"
  # shellcheck disable=SC2086
  mke2fs -q -F -U 01234567-89ab-cdef-0123-456789abcdef $3 "$1"
  mount -o "loop,nodiscard$4" "$1" mounted
}

pack() { zstd -q -f --ultra -22 --long=27 "$1" -o "$1.zst"; rm "$1"; }

end() {
  sync
  python3 "$here/truth.py" mounted > "$1.truth"
  umount mounted
  e2fsck -fn "$1" > /dev/null
  pack "$1"
}

# The image as it is while it is in use. What Linux makes of its journal has to differ from
# what it is without.
end_in_use() {
  cp --sparse=always "$1" in-use
  umount mounted
  mv in-use "$1"
  cp --sparse=always "$1" copied
  mount -o loop,ro,noload copied mounted
  python3 "$here/truth.py" mounted > without || true
  umount mounted
  if [ "$1" = ext4-journal-fast ]; then
    # What is committed fast is not read: Linux is not to see it either. Its room starts one
    # block behind the end of the log.
    debugfs -R 'logdump -a' copied 2> /dev/null | grep -q 'tag HEAD'
    last=$(debugfs -R 'stat <8>' copied 2> /dev/null | sed -n 's/.*Size: \([0-9]*\).*/\1/p' | head -n 1)
    block=$(debugfs -R "bmap <8> $((last / 1024 - 15))" copied 2> /dev/null)
    dd if=/dev/zero of=copied bs=1024 seek="$block" count=1 conv=notrunc status=none
  fi
  mount -o loop copied mounted
  python3 "$here/truth.py" mounted > "$1.truth"
  umount mounted
  if cmp -s without "$1.truth"; then
    echo "$1: nothing in its journal" >&2
    exit 1
  fi
  rm copied without
  pack "$1"
}

fill() {
  printf 'a few bytes' > few
  : > empty
  text whole 60 > whole
  mkdir -p folder/in/folder
  text inner 3 > folder/in/folder/file
  printf 1 > 'Grüße aus Köln.txt'
  printf 2 > "$(printf 'n%.0s' $(seq 255))"
  truncate -s 5000000 hole
  printf x | dd of=hole bs=1 seek=3000000 conv=notrunc status=none
  text punched 100 > punched
  sync
  python3 - << 'END'
import ctypes
PUNCH = 3
with open("punched", "r+b") as file:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.fallocate(file.fileno(), PUNCH, ctypes.c_long(20000), ctypes.c_long(50000))
END
  ln whole again
  ln -s ../zlib/large link
  ln -s "$(printf 't/%.0s' $(seq 29))x" link-59
  ln -s "$(printf 't/%.0s' $(seq 30))" link-60
  ln -s "$(printf 't/%.0s' $(seq 500))" link-1000
  mknod null c 1 3
  mknod far b 259 70000
  mkfifo pipe
  setfattr -n user.comment -v 'a remark' whole
  setfattr -n user.empty whole
  setfattr -n trusted.far -v "$(head -c 500 /dev/zero | tr '\0' v)" whole
  setfattr -n user.umlaut-ä -v "$(head -c 100 /dev/zero | tr '\0' v)" whole
  # The list that `setfacl -m u:70000:rw,g:80000:r` makes.
  python3 - << 'END'
import os, struct
ONE = 0xffffffff
entries = [(1, 6, ONE), (2, 6, 70000), (4, 4, ONE), (8, 4, 80000), (16, 6, ONE), (32, 0, ONE)]
value = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
os.setxattr("few", "system.posix_acl_access", value)
os.setxattr("folder", "system.posix_acl_default", value)
END
  chmod 4711 empty
  chown 70000:80000 empty
  touch -d '1969-12-31 23:59:58.5 UTC' empty
}

many() {
  mkdir many
  for number in $(seq "$1"); do echo "$number" > "many/entry number $number of many that there are"; done
  rm many/*5*
}

# What is written by turns is in pieces.
pieces() {
  python3 - "$1" << 'END'
import os, sys
one, two = open("one", "wb", 0), open("two", "wb", 0)
for turn in range(int(sys.argv[1])):
    for file, name in ((one, b"one"), (two, b"two")):
        file.seek(turn * 3072)
        file.write((b"%s %06d " % (name, turn)) * 92)
        os.fdatasync(file.fileno())
END
}

begin ext4-linux 32M "-t ext4 -b 1024 -O ea_inode -N 4000 -J size=1" ""
(cd mounted && fill && many 1000 && pieces 500)
python3 - << 'END'
import os
with open("mounted/preallocated", "wb") as file:
    os.posix_fallocate(file.fileno(), 0, 300000)
    file.seek(100000)
    file.write(b"in the middle")
os.setxattr("mounted/whole", "user.large", bytes(range(251)) * 60)
os.setxattr("mounted/many", "user.large", bytes(range(251)) * 60)
END
touch -d '2100-01-01 00:00:00.123456789 UTC' mounted/hole
touch -d '2446-05-10 22:38:55.999999999 UTC' mounted/whole
end ext4-linux

begin ext3-linux 80M "-t ext3 -b 1024 -I 128 -N 2000 -J size=1" ""
(cd mounted && fill && many 600 && pieces 100)
# As far as three blocks of numbers go.
for at in 11 12 267 268 300 65803 65804 65805 131341 400000; do
  printf 'block %s' $at | dd of=mounted/far-apart bs=1024 seek=$at conv=notrunc status=none
done
end ext3-linux

begin ext4-inline-linux 16M "-t ext4 -b 1024 -I 512 -O inline_data -N 1000 -J size=1" ""
(cd mounted && fill && many 30)
for size in 1 59 60 61 100 200 300 330 350 400; do
  text inline 1 | head -c $size > mounted/inline-$size
  ln -s "$(text inline 10 | tr ' \n' '_/' | head -c $size)" mounted/link-of-$size
done
mkdir mounted/small
for number in 1 2 3 4 5 6 7 8; do : > mounted/small/$number; done
end ext4-inline-linux

# Changes that only the journal has: a folder grows, files come and go, a block that was
# of a folder becomes one of a file.
change() {
  text after 30 > mounted/after
  for number in $(seq 200); do echo "$number" > "mounted/gone/entry number $number"; done
  sync mounted/after
  rm -r mounted/gone
  rm mounted/before
  sync mounted/folder
  text reused 60 > mounted/reused
  printf '\300\073\071\230 begins as the journal does' > mounted/escaped
  sync mounted/reused mounted/escaped
  mkdir mounted/late
  setfattr -n user.late -v late mounted/late
  : > mounted/late/file
  sync mounted/late
  # This may be committed fast.
  echo last > mounted/last
  sync mounted/last
}

# $1: name; $2: options of mke2fs; $3: options of mount; $4: what e2fsck is to find in the log.
journal() {
  begin "$1" 8M "-b 1024 -N 500 -J size=1 $2" ",commit=300$3"
  mkdir mounted/folder mounted/gone
  text before 20 > mounted/before
  # Where data is journalled, the log comes round its end.
  for turn in 1 2 3 4 5 6 7 8 9 10 11 12 13; do
    text "turn $turn" 60 > mounted/before
    sync mounted/before
  done
  sync -f mounted
  change
  end_in_use "$1"
}
journal ext3-journal "-t ext3 -O ^64bit" ""
journal ext3-journal-data "-t ext3 -O ^64bit" ",data=journal"
journal ext4-journal "-t ext4 -O ^fast_commit" ""
journal ext4-journal-data "-t ext4 -O 64bit" ",data=journal"
journal ext4-journal-sum "-t ext4 -O ^metadata_csum,^64bit" ",journal_checksum,data=journal"
journal ext4-journal-async "-t ext4 -O ^metadata_csum" ",journal_async_commit,data=writeback"
journal ext4-journal-fast "-t ext4 -O fast_commit" ""
rmdir mounted
ls -l ./*.zst
