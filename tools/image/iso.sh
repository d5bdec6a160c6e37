#!/bin/sh
# iso.sh OUT KERNEL ARCHIVE [WORDS]: one image that starts by BIOS and by UEFI, from a CD or a USB stick.
# WORDS: a file with further entries of the menu, "title: words of the kernel's command line" on each line.
# Only the GRUB modules that are used are included, because a smaller image boots sooner under emulation.
set -eu
out=$1 kernel=$2 archive=$3 words=${4:-/dev/null}
for target in i386-pc x86_64-efi; do
	[ -d /usr/lib/grub/$target ] || { echo "iso.sh: GRUB's $target files are missing; run tools/setup.sh run" >&2; exit 1; }
done
mkrescue=$(command -v grub-mkrescue || command -v grub2-mkrescue) ||
	{ echo "iso.sh: grub-mkrescue is missing; run tools/setup.sh run" >&2; exit 1; }
# normal reads grub.cfg and shows its menu; part_* because grub-mkrescue's own start-up file for UEFI loads them all.
modules="normal test true echo sleep cpuid keystatus serial terminal iso9660 fat multiboot2 all_video part_acorn part_amiga part_apple part_bsd part_dfly \
	part_dvh part_gpt part_msdos part_plan part_sun part_sunpc"
if [ -e "$out" ] && [ ! -f "$out" ]; then
	echo "iso.sh: $out is a device, a pipe or a folder, and no file; name a file" >&2
	exit 1
fi
# With this process's number: another make may make the same image at this moment.
root=$out.$$.root new=$out.$$.new log=$out.$$.log
rm -rf "$root" && mkdir -p "$root/boot/grub"
trap 'rm -rf "$root" "$new" "$log"' EXIT
trap 'exit 1' HUP INT TERM  # the shell runs the line above only at an exit
"${OBJCOPY:-objcopy}" --strip-all "$kernel" "$root/boot/microk.elf"
cp "$archive" "$root/boot/archive.cpio"
cp "$(dirname "$0")/grub.cfg" "$root/boot/grub/grub.cfg"
sed -n 's/^\([^#:][^:]*\): \(.*\)$/menuentry "MicroK: \1" {\n\tstart "$modes" \2\n}/p' "$words" >>"$root/boot/grub/grub.cfg"
if ! "$mkrescue" -o "$new" "$root" --fonts= --locales= --themes= \
	--install-modules="$modules" >"$log" 2>&1; then
	why=$(sed -n '/^xorriso : FAILURE : /{s///p;q;}' "$log")
	if [ -n "$why" ]; then
		echo "iso.sh: $out could not be written: $why (s: 2 KiB)" >&2
	else
		cat "$log" >&2
		echo "iso.sh: ${mkrescue##*/} failed (its message is above)" >&2
	fi
	exit 1
fi
mv -fT "$new" "$out"
