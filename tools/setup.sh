#!/bin/sh
# setup.sh NEED...: makes sure that the packages which the named goals need are installed.
# setup.sh --list debian|fedora|arch NEED...: prints the packages of that family, whatever is installed.
#
# Needs: build run web grade submission check bench gdb python format analyse fuzz git browser debian toolchain, or all. If everything
# is installed it prints nothing and takes a few milliseconds: it looks for the file or command that is used, and does not
# ask the package manager. Otherwise it prints what it installs, and installs it from Debian, Fedora or Arch (and what
# derives from them) as root or through sudo; where neither works it prints the command to run and fails. Two of them at once
# take turns.
set -u
cd "$(dirname "$0")/.." || exit 1

# 19 is the release of LLVM that the tree is kept with (tools/llvm.py).
# A need, how its thing is found, and the package that has it in each family. A probe is a command or an absolute path
# in which * stands for what differs from version to version; alternatives are separated by |.
table='
build     gcc                                             gcc                  gcc                   gcc
build     objcopy                                         binutils             binutils              binutils
build     make                                            make                 make                  make
python    /usr/bin/python3                                python3              python3               python
font      apt-get|/usr/share/consolefonts/Uni2-Terminus16.psf.gz|/usr/lib/kbd/consolefonts/ter-v16n.psf.gz|/usr/share/kbd/consolefonts/ter-v16n.psf.gz console-setup-linux terminus-fonts-console terminus-font
run       qemu-system-x86_64                              qemu-system-x86      qemu-system-x86-core  qemu-system-x86
run       /usr/share/ovmf/OVMF.fd|/usr/share/edk2/x64/OVMF.4m.fd|/usr/share/edk2/ovmf/OVMF_CODE.fd ovmf edk2-ovmf edk2-ovmf
run       grub-mkrescue|grub2-mkrescue                    grub-common          grub2-tools-extra     grub
run       /usr/lib/grub/i386-pc/multiboot2.mod            grub-pc-bin          grub2-pc-modules      grub
run       /usr/lib/grub/x86_64-efi/multiboot2.mod         grub-efi-amd64-bin   grub2-efi-x64-modules grub
run       xorriso                                         xorriso              xorriso               libisoburn
run       mformat                                         mtools               mtools                mtools
web       node                                            nodejs               nodejs                nodejs
web       npm                                             npm                  nodejs-npm            npm
web       /etc/ssl/certs/ca-certificates.crt|/etc/pki/tls/certs/ca-bundle.crt ca-certificates ca-certificates ca-certificates
grade     /usr/lib/python3*/*-packages/pytest/__init__.py python3-pytest       python3-pytest        python-pytest
grade     /usr/lib/python3*/*-packages/pexpect/__init__.py python3-pexpect     python3-pexpect       python-pexpect
port      patch                                           patch                patch                 patch
workers   /usr/lib/python3*/*-packages/xdist/__init__.py  python3-pytest-xdist python3-pytest-xdist  python-pytest-xdist
workers   ccache                                          ccache               ccache                ccache
libc      /usr/include/stdlib.h                           libc6-dev            glibc-devel           glibc
gdb       gdb                                             gdb                  gdb                   gdb
disk      /usr/sbin/mke2fs|/usr/bin/mke2fs                e2fsprogs            e2fsprogs             e2fsprogs
screen    /usr/lib/python3*/*-packages/pyte/__init__.py   python3-pyte         python3-pyte          python-pyte
browser   chromium|chromium-browser                       chromium             chromium              chromium
format    clang-format-19|/etc/redhat-release|/etc/arch-release clang-format-19   clang-tools-extra     clang
analyse   clang-tidy-19|/etc/redhat-release|/etc/arch-release clang-tidy-19       clang-tools-extra     clang
analyse   cppcheck                                        cppcheck             cppcheck              cppcheck
fuzz      clang-19|/etc/redhat-release|/etc/arch-release  clang-19             clang                 clang
fuzz      /usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.fuzzer-x86_64.a|/usr/lib*/clang/*/lib/*redhat*/libclang_rt.fuzzer*.a|/var/lib/pacman/../../../usr/lib/clang/*/lib/*/libclang_rt.fuzzer*.a libclang-rt-19-dev compiler-rt compiler-rt
debian    /usr/sbin/debootstrap|/usr/bin/debootstrap      debootstrap          debootstrap           debootstrap
sandbox   bwrap                                           bubblewrap           bubblewrap            bubblewrap
git       git                                             git                  git-core              git
toolchain g++                                             g++                  gcc-c++               gcc
toolchain xz                                              xz-utils             xz                    xz
toolchain bison                                           bison                bison                 bison
toolchain flex                                            flex                 flex                  flex
toolchain makeinfo                                        texinfo              texinfo               texinfo
toolchain file                                            file                 file                  file
toolchain /usr/include/x86_64-linux-gnu/gmp.h|/usr/include/gmp.h libgmp-dev    gmp-devel             gmp
toolchain /usr/include/mpfr.h                             libmpfr-dev          mpfr-devel            mpfr
toolchain /usr/include/mpc.h                              libmpc-dev           libmpc-devel          libmpc
'

# The rows of the table that a need is made of.
rows_of() {
	case $1 in
	build) echo build python font port libc ;;
	run) echo run disk ;;
	web | git | gdb | browser | python) echo "$1" ;;
	grade) echo grade python libc ;;
	bench) echo build python port libc ;;
	submission) echo build python run grade libc sandbox ;;
	check) echo grade python port workers libc gdb disk screen browser analyse format fuzz git sandbox ;;
	format) echo format python git ;;
	analyse) echo build python analyse ;;
	fuzz) echo build python fuzz grade disk ;;
	debian) echo debian python git ;;
	toolchain) echo build toolchain ;;
	all) echo build python font run web grade port workers libc gdb disk screen browser analyse format fuzz git sandbox ;;
	*) echo "setup.sh: no such need: $1" >&2; return 1 ;;
	esac
}

# Whether one of the alternatives is there: a command, or a path with its wildcards.
has() {
	rest=$1
	while [ -n "$rest" ]; do
		case ${rest%%|*} in
		/*) for path in ${rest%%|*}; do [ -e "$path" ] && return 0; done ;;
		*) command -v "${rest%%|*}" >/dev/null 2>&1 && return 0 ;;
		esac
		case $rest in *\|*) rest=${rest#*|} ;; *) rest= ;; esac
	done
	return 1
}

# Prints "PROBE PACKAGE" for each part of the needs, with the package's name in the given family.
things_of() {
	family=$1
	shift
	for need in "$@"; do
		rows=" $(rows_of "$need") "
		while read -r row probe debian fedora arch; do
			case $rows in *" ${row:-none} "*) ;; *) continue ;; esac
			case $family in
			fedora) echo "$probe $fedora" ;;
			arch) echo "$probe $arch" ;;
			*) echo "$probe $debian" ;;
			esac
		done <<-END
		$table
		END
	done
}

# Prints the missing packages, each once, in one line.
missing_of() {
	things_of "$@" | while read -r probe package; do
		has "$probe" || echo "$package"
	done | sort -u | tr '\n' ' '
}

fail() {
	echo "setup: $1" >&2
	exit 1
}

# The family of packages of this system: debian, fedora or arch; prints nothing on any other system.
# OS_RELEASE: another file than the system's, for tests.
find_family() (
	. "${OS_RELEASE:-/etc/os-release}" 2>/dev/null
	for id in ${ID:-} ${ID_LIKE:-}; do
		case $id in debian | fedora | arch) echo "$id"; return ;; esac
	done
)

# How to become root: nothing, sudo without a question, or sudo that has asked on the terminal. It is asked once, here: a
# user without the right to it gets the message before anything is tried.
root_command() {
	if [ "$(id -u)" = 0 ]; then echo env
	elif ! command -v sudo >/dev/null 2>&1; then return 1
	elif sudo -n true 2>/dev/null; then echo sudo env
	elif [ -t 2 ] && (: </dev/tty) 2>/dev/null && sudo -v </dev/tty >&2; then echo sudo env
	else return 1
	fi
}

# Waits until no other set-up on this system installs. The lock is on descriptor 9, a folder that every system has, so no
# lock file is left over or belongs to another user. The kernel releases the lock when this script ends.
take_turn() {
	exec 9<"${LOCK_ON:-/var/lib}"
	command -v flock >/dev/null 2>&1 || return 0
	flock -n 9 && return 0
	echo "setup: another set-up is installing; this one waits for its end (at most 30 minutes)" >&2
	flock -w 1800 9 || fail "another set-up has been installing for 30 minutes; end it, then try again"
}

# Installs, with the output in the log. An interrupted installation (a power cut, a closed container) is completed first,
# because apt refuses all other work before that.
install_now() {
	"$@" >>"$log" 2>&1 </dev/null 9<&- && return 0
	grep -q "dpkg was interrupted" "$log" || return 1
	echo "setup: an earlier installation was interrupted; completing it by dpkg --configure -a" >&2
	# Unquoted, because it is several words: the way to become root, and the environment.
	$as_root dpkg --configure -a >>"$log" 2>&1 </dev/null 9<&- && "$@" >>"$log" 2>&1 </dev/null 9<&-
}

# apt-get update, repeated for up to five minutes while another program holds the lists (apt has no time-out for them).
update_lists() {
	tries=60
	while ! "$@" >"$log" 2>&1 </dev/null 9<&-; do
		grep -q "Could not get lock" "$log" && [ $tries -gt 0 ] || return 1
		[ $tries != 60 ] || echo "setup: another program has apt's lists; waiting for it (at most 5 minutes)" >&2
		tries=$((tries - 1))
		sleep 5
	done
}

# The command that installs packages in each family, their names left out.
install_command() {
	case $1 in
	debian) echo apt-get install -y --no-install-recommends ;;
	fedora) echo dnf install -y --setopt=install_weak_deps=False ;;
	arch) echo pacman -S --needed --noconfirm ;;
	esac
}

# Ubuntu's package chromium contains no browser, but asks snapd for one.
note_snap() {
	grep -qsx "ID=ubuntu" "${OS_RELEASE:-/etc/os-release}" || return 0
	case " $* " in
	*" chromium "*) echo "setup: Ubuntu's chromium is a snap: it needs a running snapd, so not a container, and may not start for the" \
		"tests of make web; those then fail and name it. make web itself needs no browser of this set-up" >&2 ;;
	esac
}

install_packages() {
	family=$(find_family)
	command=$(install_command "$family")
	if [ -z "$family" ] || ! command -v "${command%% *}" >/dev/null 2>&1; then
		fail "this is not Debian, Fedora or Arch, so install these yourself (Debian's package names): $*"
	fi
	as_root=$(root_command) || fail "this needs root, and this user may not use sudo; have this run as root: $command $*"
	echo "setup: installing $*" >&2
	note_snap "$@"
	mkdir -p build
	log=build/setup.log
	: >"$log"
	if [ "$family" = debian ]; then
		# In English, because the code below looks for its error messages.
		as_root="$as_root DEBIAN_FRONTEND=noninteractive LC_ALL=C"
		command="apt-get -qq -o DPkg::Lock::Timeout=300 ${command#apt-get }"
		if ! update_lists $as_root apt-get -qq -o DPkg::Lock::Timeout=300 update; then
			tail -n 5 "$log" >&2
			echo "setup: apt-get update failed (above; all of it in $log); trying with the lists there are" >&2
		fi
	fi
	# Without the lock's descriptor, because a program that a package starts may go on running.
	if ! install_now $as_root $command "$@"; then
		tail -n 15 "$log" >&2
		[ "$family" != arch ] || echo "setup: where a package is not found, the lists are old: pacman -Syu, then again" >&2
		fail "${command%% *} could not install: $* (its last lines are above; all of it in $log)"
	fi
}

# The page's own packages: exactly those of web/package-lock.json, whose hashes npm checks.
install_npm() {
	[ -e web/package-lock.json ] || return 0
	lock=$(sha256sum <web/package-lock.json)
	stamp=web/node_modules/.installed
	[ -e "$stamp" ] && [ "$(cat "$stamp")" = "$lock" ] && return 0
	take_turn
	[ -e "$stamp" ] && [ "$(cat "$stamp")" = "$lock" ] && return 0  # the other one has installed it
	echo "setup: installing web/node_modules by npm, from web/package-lock.json" >&2
	mkdir -p build
	log=$PWD/build/setup-npm.log
	# npm has its own certificates. If the system has more (a company's), npm must use them, too.
	certificates=/etc/ssl/certs/ca-certificates.crt
	[ -e "$certificates" ] || certificates=/etc/pki/tls/certs/ca-bundle.crt
	[ -n "${NODE_EXTRA_CA_CERTS:-}" ] || export NODE_EXTRA_CA_CERTS=$certificates
	# npm's cache is in the home folder, or with the other downloads if that cannot be written.
	[ -n "${npm_config_cache:-}" ] || [ -w "${HOME:-/}" ] || export npm_config_cache="$PWD/build/downloads/npm"
	if ! (cd web && npm ci --ignore-scripts --no-audit --no-fund) >"$log" 2>&1 </dev/null 9<&-; then
		tail -n 15 "$log" >&2
		fail "npm ci failed in web/ (its last lines are above; all of it in build/setup-npm.log)"
	fi
	echo "$lock" >"$stamp"
}

if [ "${1:-}" = --list ]; then
	shift
	case ${1:-} in debian | fedora | arch) ;; *) fail "--list debian, --list fedora or --list arch" ;; esac
	for need in "$@"; do
		[ "$need" = "$1" ] || rows_of "$need" >/dev/null || exit 1
	done
	things_of "$@" | while read -r probe package; do echo "$package"; done | sort -u
	exit 0
fi
for need in "$@"; do
	rows_of "$need" >/dev/null || exit 1
done
family=$(find_family)
missing=$(missing_of "$family" "$@")
if [ -n "$missing" ]; then
	take_turn
	missing=$(missing_of "$family" "$@")  # another set-up may have installed it meanwhile
fi
if [ -n "$missing" ]; then
	# Unquoted, because it is a list of names.
	install_packages $missing
	missing=$(missing_of "$family" "$@")
	[ -z "$missing" ] || fail "installed, but not found where they are expected: $missing"
fi
case " $* " in *" web "* | *" all "*) install_npm ;; esac
