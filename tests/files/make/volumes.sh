#!/bin/sh
# Makes the disks of LVM and md in tests/fixtures: tests/files/make/volumes.sh FOLDER VMLINUZ MODULES
# Linux's own device mapper and md write them, in a machine of QEMU's, started from VMLINUZ with what
# is in the folder MODULES (of Debian's package linux-image-*-amd64, unpacked by dpkg-deb -x).
# Each fixture is the disks of one machine, one behind the other; beside it stand the sizes and SHA-256
# of its volumes, as the machine reads them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
kernel=$(realpath "$2")
modules=$(realpath "$3")
mkdir -p "$1"
cd "$1"

# Text of about $2 KiB that packs well, of which no two places are the same.
text() { seq -f "$1 %08.0f: all of this line but its number is the same as in the others" "$(($2 * 13))"; }

# What the machine is started with: programs, their libraries, modules, file systems to be copied.
rm -rf root
mkdir -p root/bin root/dev root/proc root/sys root/run root/tmp root/etc/lvm root/images
for program in busybox lvm mdadm; do
  found=$(PATH="$PATH:/sbin:/usr/sbin" command -v $program)
  cp "$(realpath "$found")" root/bin/$program
  ldd "$found" 2> /dev/null | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "root$(dirname "$library")"
    cp -L "$library" "root$library"
  done
done
for name in drivers/md drivers/block/virtio_blk.ko.xz drivers/virtio lib crypto arch/x86/crypto; do
  mkdir -p "root/lib/modules/$(basename "$modules")/$(dirname "kernel/$name")"
  cp -r "$modules/kernel/$name" "root/lib/modules/$(basename "$modules")/kernel/$name"
done
find root/lib/modules -name '*.ko.xz' -exec unxz {} +
for name in spread striped mirrored old plain first second; do
  mkdir -p folder
  text "$name" 40 > folder/text
  text "other $name" 90 > folder/longer
  echo "$name" > folder/name
  truncate -s 4M root/images/$name
  mkfs.ext4 -q -O ^has_journal -L $name -d folder root/images/$name
  rm -r folder
done

# $1: the script of the machine; the others are its disks.
machine() {
  {
    cat << 'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
exec > /dev/ttyS0 2>&1
depmod
mkdir -p /sbin
ln -s /bin/modprobe /sbin/modprobe
for module in virtio_blk crc32c_generic raid1 raid0 raid456 dm-mod dm-mirror dm-raid dm-snapshot dm-thin-pool; do
  modprobe $module
done
export LVM_SUPPRESS_FD_WARNINGS=1 PATH=/bin
lv() { lvm "$@" --config 'global{use_lvmpolld=0} activation{udev_sync=0 udev_rules=0 verify_udev_operations=1 monitoring=0} devices{use_devicesfile=0 global_filter=["r|/dev/vdd|"]}'; }
told() { echo "TOLD $2 $(blockdev --getsize64 "$1") $(sha256sum < "$1")"; }
INIT
    cat "$1"
    echo 'sync; echo ENDED; poweroff -f'
  } > root/init
  chmod 755 root/init
  shift
  (cd root && find . | cpio -o -H newc --quiet | gzip -1) > initramfs
  drives=""
  for disk in "$@"; do drives="$drives -drive file=$disk,format=raw,if=virtio,cache=writeback"; done
  # shellcheck disable=SC2086
  timeout 400 qemu-system-x86_64 -M q35,accel=tcg -m 1500 -nographic -no-reboot -net none \
    -kernel "$kernel" -initrd initramfs -append "console=ttyS0 quiet panic=-1" $drives \
    < /dev/null | tr -d '\r' | tee log
  grep -q ENDED log
}

# $1: name; the others are its disks.
pack() {
  name=$1
  shift
  cat "$@" | zstd -q -f --ultra -22 --long=27 -o "$name.zst"
  grep '^TOLD' log | sed 's/^TOLD //; s/  -$//' > "$name.truth"
  rm "$@"
}

truncate -s 40M a b c stale
printf 'label: gpt\nstart=2048\n' | sfdisk -q b
cat > script << 'END'
lv pvcreate -q --norestorefile --uuid PVaaaa-0000-0000-0000-0000-0000-000001 /dev/vda
lv pvcreate -q --norestorefile --uuid PVbbbb-0000-0000-0000-0000-0000-000002 /dev/vdb1
lv pvcreate -q --norestorefile --uuid PVcccc-0000-0000-0000-0000-0000-000003 /dev/vdc
lv vgcreate -q -s 1M data /dev/vda /dev/vdb1 /dev/vdc
lv lvcreate -q -y -l 2 -n spread data /dev/vda
lv lvextend -q -l +1 data/spread /dev/vdb1
lv lvextend -q -l +1 data/spread /dev/vdc
lv lvextend -q -l +1 data/spread /dev/vda
lv lvcreate -q -y -l 2 -n gone data /dev/vda
sync
cat /dev/vda > /dev/vdd
lv lvremove -q -y data/gone
lv lvcreate -q -y -l 4 -n plain data /dev/vda
lv lvcreate -q -y -i 3 -I 64k -l 6 -n striped data
lv lvcreate -q -y --type raid1 -m 1 --nosync -l 4 -n unsynced data /dev/vda /dev/vdb1
lv lvcreate -q -y --type raid1 -m 1 -l 4 -n mirrored data /dev/vda /dev/vdc
lv lvcreate -q -y --type mirror -m 1 --mirrorlog disk -l 4 -n old data /dev/vda /dev/vdc /dev/vdb1
lv lvcreate -q -y --type raid0 -i 2 -l 2 -n raid0 data
lv lvcreate -q -y --type raid5 -i 2 -l 2 -n raid5 data
lv lvcreate -q -y --type thin-pool -Zn -l 2 -n pool data /dev/vdc
lv lvcreate -q -y --type thin -V 4M --thinpool pool -n thin data
for name in spread striped mirrored old plain; do cat /images/$name > /dev/data/$name; done
sync
lv lvcreate -q -y -s -l 1 -n earlier data/plain
sleep 3
lv lvs -a -o lv_name,lv_size,segtype,sync_percent,devices data
for name in spread striped mirrored old plain; do told /dev/data/$name $name; done
lv vgchange -q -an data
END
machine script a b c stale
pack lvm-disks a b c stale

# A pool of thin volumes: written to in another order than that of its chunks, with a snapshot
# of one and more in it since, with one of nothing, and one over a volume outside the pool.
truncate -s 56M pool
cat > script << 'END'
lv pvcreate -q /dev/vda
lv vgcreate -q -s 1M group /dev/vda
lv lvcreate -q -y -l 4 -n outer group
cat /images/plain > /dev/group/outer
lv lvcreate -q -y --type thin-pool -Zn -c 64k -l 32 --poolmetadatasize 2M -n pool group
lv lvcreate -q -y --type thin -V 12M --thinpool pool -n root group
cat /images/spread > /dev/group/root
lv lvcreate -q -y -s -n before group/root
lv lvchange -q -K -ay group/before
lv lvcreate -q -y --type thin -V 900M --thinpool pool -n large group
lv lvcreate -q -y --type thin -V 8M --thinpool pool -n empty group
for number in $(seq 1 130); do
  echo "large $number" | dd of=/dev/group/large bs=64k seek=$((number * 7919 % 13001)) conv=notrunc status=none
done
cat /images/old | dd of=/dev/group/root bs=64k seek=100 conv=notrunc status=none
for number in 3 40 120; do
  echo "since $number" | dd of=/dev/group/root bs=64k seek=$number conv=notrunc status=none
done
lv lvchange -q -an group/outer
lv lvchange -q -pr group/outer
lv lvcreate -y -s --thinpool pool -n over group/outer
sync
lv lvs -a -o lv_name,lv_size,segtype,devices group
for name in root before large empty; do told /dev/group/$name $name; done
lv vgchange -q -an group
END
machine script pool
pack lvm-thin pool

disks=$(seq -w 1 22 | sed s/^/d/)
# shellcheck disable=SC2086
truncate -s 10M $disks
cat > script << 'END'
md() { number=$1; shift; mdadm -q --create /dev/md$number --run --level=1 --raid-devices=2 --homehost=any "$@"; mdadm --wait /dev/md$number; }
md 1 --metadata=1.2 --bitmap=none --data-offset=1M /dev/vda /dev/vdb
md 2 --metadata=1.1 --bitmap=none --data-offset=1M /dev/vdc /dev/vdd
md 3 --metadata=1.0 --bitmap=none /dev/vde /dev/vdf
md 4 --metadata=0.90 --bitmap=none /dev/vdg /dev/vdh
for number in 1 2 3 4; do cat /images/first > /dev/md$number; done
# The second member falls behind.
md 5 --metadata=1.2 --bitmap=none --data-offset=1M /dev/vdi /dev/vdj
cat /images/first > /dev/md5
sync
mdadm -q /dev/md5 --fail /dev/vdj
cat /images/second > /dev/md5
sync
# LVM on it.
md 6 --metadata=1.2 --bitmap=internal --data-offset=1M /dev/vdk /dev/vdl
lv pvcreate -q -y /dev/md6
lv vgcreate -q -s 1M within /dev/md6
lv lvcreate -q -y -l 4 -n root within
cat /images/plain > /dev/within/root
mdadm -q --create /dev/md7 --run --level=0 --raid-devices=2 --homehost=any --metadata=1.2 --data-offset=1M /dev/vdm /dev/vdn
cat /images/plain > /dev/md7
# Copied while something is being written, without and with a bitmap.
md 8 --metadata=1.2 --bitmap=none --data-offset=1M /dev/vdo /dev/vdp
md 9 --metadata=1.2 --bitmap=internal --bitmap-chunk=64K --data-offset=1M /dev/vdq /dev/vdr
sync
sleep 15
for number in 8 9; do
  echo 1000 > /sys/block/md$number/md/safe_mode_delay
  cat /images/first > /dev/md$number
done
sync
cat /dev/vdo > /dev/vds
cat /dev/vdp > /dev/vdt
cat /dev/vdq > /dev/vdu
cat /dev/vdr > /dev/vdv
for number in 1 2 3 4 5 7 8 9; do told /dev/md$number md$number; done
told /dev/within/root root
for number in 1 2 3 4 5 7; do mdadm -q --stop /dev/md$number; done
lv vgchange -q -an within
mdadm -q --stop /dev/md6
for disk in a c e g i k m s u; do mdadm --examine /dev/vd$disk; done
for disk in j t v; do mdadm --examine /dev/vd$disk; done
mdadm --examine-bitmap /dev/vdu
END
# shellcheck disable=SC2086
machine script $disks
# shellcheck disable=SC2086
pack md-disks $disks
rm -rf root initramfs script log
