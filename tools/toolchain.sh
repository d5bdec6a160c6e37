#!/bin/bash
# Builds x86_64-elf-gcc into build/toolchain from Debian's own source packages (binutils-source and
# gcc-N-source: no other origin, so apt has checked what is compiled). About 10 minutes on 4 cores.
# A cross compiler is optional: it cannot mistake the host's headers and defaults for the target's.
# `toolchain.sh fetch` stops after unpacking, `toolchain.sh configure` after configuring.
set -euo pipefail
cd "$(dirname "$0")/.."

upto=${1:-all}
case $upto in fetch | configure | all) ;; *) echo "usage: toolchain.sh [fetch|configure]" >&2; exit 2 ;; esac

target=x86_64-elf
prefix=$PWD/build/toolchain
work=$PWD/build/toolchain.work
log=$work/log
# The mark is made last, because the compiler is in place long before its library.
if [ -e "$prefix/.whole" ]; then
	echo "toolchain: $target-gcc is there already: $("$prefix/bin/$target-gcc" -dumpfullversion) in build/toolchain"
	exit 0
fi

tools/setup.sh toolchain
mkdir -p "$work"
: >"$log"

step() {
	printf '  %-9s %s\n' "$1" "$2"
}

# Runs a command with its output in the log, of which the end is shown if it fails.
run() {
	if ! "$@" >>"$log" 2>&1; then
		tail -n 20 "$log" >&2
		echo "toolchain: '$*' failed (its last lines are above; all of it in build/toolchain.work/log)" >&2
		exit 1
	fi
}

# Downloads a package, which an ordinary user may do, and unpacks it here; nothing is installed.
fetch() {
	local package=$1 folder=$3
	local tarball=$2
	[ -d "$work/$folder" ] && return 0
	step FETCH "$package"
	mkdir -p "$work/deb"
	(cd "$work/deb" && run apt-get download -o APT::Sandbox::User=root "$package")
	run dpkg-deb -x "$work"/deb/"$package"_*.deb "$work/$package"
	# shellcheck disable=SC2206 # the version in its name is the package's
	tarball=("$work/$package"/$tarball)
	step UNPACK "$(basename "${tarball[0]}")"
	run tar -C "$work" -xf "${tarball[0]}"
	rm -rf "${work:?}/$package" "$work/deb"
	if [ ! -d "$work/$folder" ]; then
		local found=("$work/${folder%%-*}"-[0-9]*)
		mv "${found[0]}" "$work/$folder"
	fi
}

configure() {
	local folder=$1
	shift
	[ -f "$work/build-$folder/Makefile" ] && return 0
	step CONFIGURE "$folder"
	mkdir -p "$work/build-$folder"
	(cd "$work/build-$folder" && run "$work/$folder/configure" --target=$target --prefix="$prefix" \
		--disable-nls --disable-werror "$@")
}

build() {
	local folder=$1 goals=$2 installs=$3
	step BUILD "$folder"
	# shellcheck disable=SC2086 # lists of goals
	run make -C "$work/build-$folder" -j"$(nproc)" MAKEINFO=true $goals
	# shellcheck disable=SC2086
	run make -C "$work/build-$folder" MAKEINFO=true $installs
}

# The version of the system's own gcc, so that the cross compiler compiles the same code in the same way.
major=$(gcc -dumpversion | cut -d. -f1)
command -v apt-get >/dev/null || {
	echo "toolchain: it is built from Debian's source packages, and there is no apt-get here; the system's gcc serves" >&2
	exit 1
}
fetch binutils-source 'usr/src/binutils/binutils-*.tar.xz' binutils-src
fetch "gcc-$major-source" "usr/src/gcc-$major/gcc-*.tar.xz" gcc-src
[ "$upto" = fetch ] && exit 0

configure binutils-src --disable-gdb --disable-gprofng --disable-sim
if [ "$upto" = configure ]; then
	configure gcc-src --enable-languages=c --without-headers --disable-shared --disable-threads --disable-libssp
	exit 0
fi
build binutils-src "all-binutils all-gas all-ld" "install-binutils install-gas install-ld"
# GCC looks for its assembler when it is configured, so binutils comes first.
export PATH=$prefix/bin:$PATH
configure gcc-src --enable-languages=c --without-headers --disable-shared --disable-threads --disable-libssp
step BUILD gcc-src
run make -C "$work/build-gcc-src" -j"$(nproc)" MAKEINFO=true all-gcc
# Debian's source is without the manual, whose licence it does not accept, but `make install-gcc` would first generate a
# chapter of it from pieces that are not there. The stamp marks it as done.
touch "$work/build-gcc-src/gcc/s-tm-texi"
run make -C "$work/build-gcc-src" MAKEINFO=true install-gcc
# libgcc without the red zone: the kernel may be linked with it, and interrupts would overwrite one.
run make -C "$work/build-gcc-src" -j"$(nproc)" CFLAGS_FOR_TARGET='-g -O2 -mno-red-zone' all-target-libgcc
run make -C "$work/build-gcc-src" install-target-libgcc
touch "$prefix/.whole"
rm -rf "$work"
echo "toolchain: $("$prefix/bin/$target-gcc" --version | head -n 1) is in build/toolchain; make uses it from now on"
