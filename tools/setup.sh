#!/bin/sh
# setup.sh NEED...: makes sure that what the named goals need is installed.
#
# Needs: build run web grade check bench gdb format analyse fuzz git toolchain, or all. Where everything is there it
# says nothing and costs a few milliseconds: each thing is probed by the file or command that is used,
# never by asking the package manager. Otherwise it says what it installs, and installs it from Debian
# as root or through sudo; where neither works it names the packages and fails.
set -u
cd "$(dirname "$0")/.." || exit 1

python=/usr/lib/python3/dist-packages

# What each need is made of: PACKAGE=PROBE, where a probe is a command or an absolute path.
packages_of() {
	case $1 in
	build) echo gcc=gcc binutils=objcopy make=make python3=/usr/bin/python3 ;;
	run) echo qemu-system-x86=qemu-system-x86_64 ovmf=/usr/share/ovmf/OVMF.fd \
		grub-common=grub-mkrescue grub-pc-bin=/usr/lib/grub/i386-pc/multiboot2.mod \
		grub-efi-amd64-bin=/usr/lib/grub/x86_64-efi/multiboot2.mod \
		xorriso=xorriso mtools=mformat ;;
	web) echo python3-websockify=$python/websockify/__init__.py nodejs=node npm=npm ca-certificates=/etc/ssl/certs/ca-certificates.crt ;;
	grade) echo "python3-pytest=$python/pytest/__init__.py" "python3-pexpect=$python/pexpect/__init__.py" libc6-dev=/usr/include/stdlib.h ;;
	check) echo $(packages_of grade) $(packages_of analyse) $(packages_of fuzz) $(packages_of format) chromium=chromium libc6-dev=/usr/include/stdlib.h ;;
	bench) echo gcc=gcc libc6-dev=/usr/include/stdlib.h ;;
	gdb) echo gdb=gdb ;;
	format) echo clang-format=clang-format git=git ;;
	analyse) echo gcc=gcc clang-tidy=clang-tidy cppcheck=cppcheck ;;
	fuzz) echo clang=clang libclang-rt-14-dev=/usr/lib/llvm-14/lib/clang/14.0.6/lib/linux/libclang_rt.fuzzer-x86_64.a ;;
	git) echo git=git python3=/usr/bin/python3 ;;
	toolchain) echo gcc=gcc g++=g++ make=make xz-utils=xz bison=bison flex=flex texinfo=makeinfo file=file \
		libgmp-dev=/usr/include/x86_64-linux-gnu/gmp.h libmpfr-dev=/usr/include/mpfr.h libmpc-dev=/usr/include/mpc.h ;;
	all) echo $(for need in build run web check bench gdb format analyse fuzz git; do packages_of $need; done) ;;
	*) echo "setup.sh: no such need: $1" >&2; return 1 ;;
	esac
}

has() {
	case $1 in
	/*) [ -e "$1" ] ;;
	*) command -v "$1" >/dev/null 2>&1 ;;
	esac
}

# Prints the packages of the given needs whose probe fails, each once.
missing_of() {
	for need in "$@"; do
		for pair in $(packages_of "$need"); do
			has "${pair#*=}" || echo "${pair%%=*}"
		done
	done | sort -u | tr '\n' ' '
}

fail() {
	echo "setup: $1" >&2
	exit 1
}

# How to become root: nothing, sudo without a question, or sudo that may ask on the terminal.
root_command() {
	if [ "$(id -u)" = 0 ]; then echo env
	elif ! has sudo; then return 1
	elif sudo -n true 2>/dev/null; then echo sudo env
	elif [ -t 2 ] && (: </dev/tty) 2>/dev/null; then echo sudo env
	else return 1
	fi
}

install_packages() {
	is_debian=$(. /etc/os-release 2>/dev/null && case " ${ID:-} ${ID_LIKE:-} " in *" debian "*) echo yes ;; esac)
	if [ "$is_debian" != yes ] || ! has apt-get; then
		fail "this is not Debian, so install these yourself (Debian's package names): $*"
	fi
	as_root=$(root_command) || fail "no root and no sudo here; have these packages installed: $*"
	echo "setup: installing $*" >&2
	mkdir -p build
	log=build/setup.log
	apt="$as_root DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300"
	if ! $apt update >"$log" 2>&1 </dev/null; then
		tail -n 5 "$log" >&2
		echo "setup: apt-get update failed (above; all of it in $log); trying with the lists there are" >&2
	fi
	if ! $apt install --no-install-recommends "$@" >>"$log" 2>&1 </dev/null; then
		tail -n 15 "$log" >&2
		fail "apt-get could not install: $* (its last lines are above; all of it in $log)"
	fi
}

# The page's own packages: exactly those of web/package-lock.json, whose hashes npm checks.
install_npm() {
	[ -e web/package-lock.json ] || return 0
	lock=$(sha256sum <web/package-lock.json)
	stamp=web/node_modules/.installed
	[ -e "$stamp" ] && [ "$(cat "$stamp")" = "$lock" ] && return 0
	echo "setup: installing web/node_modules by npm, as web/package-lock.json says" >&2
	mkdir -p build
	log=$PWD/build/setup-npm.log
	# npm brings certificates of its own; where the system knows more (a company's), so shall npm.
	[ -n "${NODE_EXTRA_CA_CERTS:-}" ] || export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
	if ! (cd web && npm ci --ignore-scripts --no-audit --no-fund) >"$log" 2>&1 </dev/null; then
		tail -n 15 "$log" >&2
		fail "npm ci failed in web/ (its last lines are above; all of it in build/setup-npm.log)"
	fi
	echo "$lock" >"$stamp"
}

for need in "$@"; do
	packages_of "$need" >/dev/null || exit 1
done
missing=$(missing_of "$@")
if [ -n "$missing" ]; then
	# Unquoted: a list of names.
	install_packages $missing
	missing=$(missing_of "$@")
	[ -z "$missing" ] || fail "installed, but not found where they are expected: $missing"
fi
case " $* " in *" web "* | *" all "*) install_npm ;; esac
