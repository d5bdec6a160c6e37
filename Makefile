# MicroK: one tree, one system per stage.
#
# A stage is a manifest, stages/N-name/stage.mk; stage N's build reads the manifests of stages
# 1..N in order and compiles the union, less what a later stage retires. tools/build/manifest.mk documents the manifest
# language. A goal `stage-N` chooses the stage, and any other goal is an action on it; without `stage-N` the highest stage of
# the tree is used.
#
# One non-recursive make was preferred to the make for each folder of HinaOS and xv6: it sees every dependency, so an
# unchanged tree costs nothing and -j is safe.

# Records, before MAKEFLAGS is changed, whether make was called with -n, and with a -j of its own.
DRY_RUN  := $(findstring n,$(firstword -$(MAKEFLAGS)))
MAKEFLAGS += --no-builtin-rules --no-builtin-variables --no-print-directory
ifeq ($(filter -j% --jobserver%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := all

PYTHON := /usr/bin/python3
Q := $(if $(V),,@)
export PYTHONDONTWRITEBYTECODE := 1

# ---- which stage ---------------------------------------------------------------------------
STAGE_DIRS  := $(patsubst %/stage.mk,%,$(sort $(wildcard stages/*/stage.mk)))
STAGES      := $(foreach d,$(notdir $(STAGE_DIRS)),$(firstword $(subst -, ,$(d))))
STAGE_GOALS := $(sort $(filter stage-%,$(MAKECMDGOALS)))
STAGE       := $(patsubst stage-%,%,$(or $(lastword $(STAGE_GOALS)),stage-$(lastword $(STAGES))))
ACTIONS     := $(filter-out stage-%,$(MAKECMDGOALS))

ifneq ($(filter-out 0 1,$(words $(STAGE_GOALS))),)
$(error Name one stage at a time, not $(STAGE_GOALS))
endif
ifeq ($(filter $(STAGE),$(STAGES)),)
$(error There is no stage $(STAGE) in this tree; its stages are: $(STAGES))
endif

# UBSAN=1 builds apart, with a kernel that stops at undefined behaviour; PATCHED=folder, with a kernel that has some files of its own
# (tools/build/manifest.mk).
B ?= build/$(if $(UBSAN),ubsan/)$(if $(PATCHED),patched/)stage-$(STAGE)

# In the tree of a lab, which its STAGE file marks as one, "check" means "grade me".
LAB_TREE := $(shell grep -sw lab STAGE)

# `make clean all` would look for files while they are being removed.
ifneq ($(and $(filter clean,$(ACTIONS)),$(filter-out clean,$(ACTIONS))),)
$(error clean goes alone, for nothing may be built while it removes: make clean && make $(filter-out clean,$(MAKECMDGOALS)))
endif

# These goals are about the whole tree.
STAGELESS := size format fuzz branches next update course check-debian setup toolchain
ifneq ($(and $(STAGE_GOALS),$(filter $(STAGELESS),$(ACTIONS))),)
$(error $(filter $(STAGELESS),$(ACTIONS)) is the same for every stage: make $(ACTIONS))
endif

# ---- the variables of the goals, checked before anything is installed or built (tools/variables.py) ----
VARIABLES := BOOT MEMORY APPEND PORT LISTEN ALLOW_HOST PROGRAM SUITE FORM AS MIRROR FILL SECONDS UPTO DEST LINUX
GIVEN     := $(strip $(foreach v,$(VARIABLES),$(if $(filter command environment,$(firstword $(origin $v))),$v)))
quoted     = '$(subst ','\'',$1)'
ifneq ($(and $(GIVEN)$(filter check-debian course,$(ACTIONS)),$(wildcard $(PYTHON))),)
WRONG := $(shell $(PYTHON) tools/variables.py $(call quoted,$(or $(ACTIONS),all)) \
	$(foreach v,$(GIVEN),$(firstword $(origin $v)) $(call quoted,$v=$($v))))
ifneq ($(WRONG),)
$(error $(WRONG))
endif
endif

# ---- the packages that each goal needs (tools/setup.sh is silent when all are there) ---------
# Every goal that runs something has its line: a test holds this table against the recipes. Only toolchain.sh asks by
# itself, once it knows that there is something to build.
needs-all          := build
needs-run          := build run
needs-iso          := build run
needs-web          := build run web
needs-gdb          := build run gdb
needs-gdb-terminal := python
needs-reset-disk   := build run
needs-bench        := build run bench
needs-pictures     := build run
needs-size         := python
needs-check        := $(if $(STAGE_GOALS)$(LAB_TREE),build run grade,build run web check)
needs-branches     := python git
needs-next         := python git
needs-update       := python git
needs-course       := python git
needs-format       := format
needs-analyse      := build analyse
needs-fuzz         := build fuzz
needs-check-debian := debian
NEEDS := $(sort $(foreach a,$(or $(ACTIONS),all),$(needs-$(a))) $(if $(filter $(B)/%,$(ACTIONS)),build))

ifneq ($(NEEDS),)
ifeq ($(DRY_RUN),)
ifneq ($(shell tools/setup.sh $(NEEDS) >&2 && echo ok),ok)
$(error The set-up step did not finish; the lines above list what is missing)
endif
endif
endif

include tools/build/manifest.mk
include tools/build/sanitize.mk
include tools/build/compile.mk
include tools/build/posix.mk
include tools/build/disk.mk

ifneq ($(and $(filter gdb,$(ACTIONS)),$(filter-out $(PROGRAM_NAMES),$(PROGRAM))),)
$(error PROGRAM=$(PROGRAM): the programs of stage $(STAGE) are: $(PROGRAM_NAMES))
endif

# ---- building --------------------------------------------------------------------------------
.PHONY: all $(STAGES:%=stage-%) iso run web gdb gdb-terminal reset-disk check bench pictures size setup format analyse fuzz toolchain \
	branches next update course check-debian clean help FORCE

OUTPUTS := $(B)/kernel.elf $(B)/archive.cpio

all: $(OUTPUTS) ## build the highest stage: kernel and boot archive
	@echo "$(if $(BUILT),Stage $(STAGE) ($(STAGE_NAME)) is built: $(OUTPUTS),Stage $(STAGE) ($(STAGE_NAME)) is up to date.)"

# Alone, a stage goal builds that stage; beside another goal it only chooses.
$(STAGES:%=stage-%): $(if $(ACTIONS),,all)
	@:

iso: $(B)/microk.iso ## make the bootable image (BIOS and UEFI)
	@echo "$(B)/microk.iso"

# ---- running ---------------------------------------------------------------------------------
run: $(OUTPUTS) $(B)/disk.list $(if $(filter kernel,$(BOOT)),,$(B)/microk.iso) ## boot in this terminal (BOOT=iso|uefi|kernel, MEMORY=64M)
	@$(PYTHON) tools/run.py --stage $(STAGE) --build $(B) $(if $(BOOT),--boot $(BOOT)) \
		$(if $(MEMORY),--memory $(MEMORY)) $(if $(APPEND),--append $(call quoted,$(APPEND)))

web: $(OUTPUTS) $(B)/disk.list $(B)/microk.iso ## show it in a browser (PORT=, LISTEN=; docs/web.md has more)
	@$(PYTHON) web/serve.py --stage $(STAGE) $(if $(PORT),--port $(PORT)) $(if $(LISTEN),--listen $(LISTEN)) \
		$(addprefix --allow-host ,$(ALLOW_HOST))

gdb: $(OUTPUTS) $(B)/disk.list ## debug from the first instruction on (PROGRAM=vfs too)
	@$(PYTHON) tools/run.py --stage $(STAGE) --build $(B) --boot kernel --gdb $(if $(PROGRAM),--program $(PROGRAM))

gdb-terminal: ## the guest's prompt, in a second terminal beside gdb
	@$(PYTHON) tools/run.py --stage $(STAGE) --build $(B) --terminal

reset-disk: $(B)/disk.list ## make build/disk.img anew, with the stages' files and programs
	@$(PYTHON) tools/disk.py --list $(B)/disk.list

# Tests run make themselves: they must not inherit this one's flags.
CLEAN_ENV := env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL

# The tests of different files run side by side: one file more than there are processors, since some tests wait (for a limit in time,
# a browser's clock), and at most eight. Everything that they need from this tree is built before, so that no two tests build the same files.
WORKERS = $(shell n=$$(nproc); echo $$((n < 8 ? n + 1 : 8)))
# Many tests build trees of their own, of which most files are the same: each is compiled once. A test's stand-in for the compiler must
# not be taken for it by the cache.
COMPILED_ONCE = CCACHE_PATH="$$PATH" PATH="$(addsuffix :,$(firstword $(wildcard /usr/lib/ccache/bin /usr/lib/ccache /usr/lib64/ccache)))$$PATH" CCACHE_DIR="$(CURDIR)/build/ccache"
BUILD_ALL = $(foreach s,$(STAGES),make STAGE=$(s) build/stage-$(s)/kernel.elf build/stage-$(s)/archive.cpio build/stage-$(s)/tests.cpio &&)

ifeq ($(STAGE_GOALS)$(LAB_TREE),)
check: $(OUTPUTS) $(B)/microk.iso ## run all tests; after stage-N: grade that stage
	@unset MAKEFLAGS MFLAGS MAKELEVEL; export $(COMPILED_ONCE); $(BUILD_ALL) $(PYTHON) -m pytest tests -n $(WORKERS) --dist loadfile $(PYTEST)
else
check:
	@$(CLEAN_ENV) $(PYTHON) tools/grade/grade.py --stage $(STAGE) $(GRADE)
endif

check-debian: ## try all this on a fresh Debian (SUITE=trixie, FORM=short)
	@$(CLEAN_ENV) $(PYTHON) tools/check_debian.py --suite $(SUITE) $(if $(FORM),--form $(FORM)) $(if $(AS),--as $(AS)) \
		$(if $(MIRROR),--mirror $(MIRROR))

bench: $(OUTPUTS) ## measure in guest instructions; writes build/bench.json
	@$(CLEAN_ENV) $(PYTHON) tools/bench.py --stage $(STAGE) $(if $(LINUX),--linux $(call quoted,$(LINUX)))

pictures: $(OUTPUTS) ## remake the pictures of docs/ from the running system
	@$(PYTHON) tools/picture_caps.py --stage $(STAGE) --build $(B)

size: ## lines of code of the kernel and of each server and driver
	@$(PYTHON) tools/size.py

# ---- labs and courses ------------------------------------------------------------------------
branches: ## write the lab-N and stage-N branches of this release
	@$(CLEAN_ENV) $(PYTHON) tools/lab/lab.py branches

next: ## carry your solved lab on to the next one (FILL=1: also unfinished)
	@$(CLEAN_ENV) $(PYTHON) tools/lab/lab.py next $(if $(FILL),--fill)

update: ## bring your lab tree to the newest release
	@$(CLEAN_ENV) $(PYTHON) tools/lab/lab.py update

course: ## export what a teacher hands out: UPTO=N DEST=folder
	@$(CLEAN_ENV) $(PYTHON) tools/lab/lab.py course --upto $(UPTO) --dest $(call quoted,$(DEST))

# ---- house-keeping ---------------------------------------------------------------------------
setup: ## install everything any goal needs
	@tools/setup.sh all

analyse: $(KERNEL_HEADERS) $(USER_HEADERS) ## look for mistakes by clang-tidy, cppcheck, gcc -fanalyzer
	@$(PYTHON) tools/analyse.py --kernel "$(KERNEL_FLAGS)" --user "$(USER_FLAGS)"

fuzz: ## let libFuzzer try the kernel's logic (SECONDS=60)
	$(if $(wildcard tests/fuzz/fuzz.py),,$(error There is nothing to fuzz before stage 3))
	@$(CLEAN_ENV) $(PYTHON) tests/fuzz/fuzz.py --seconds $(or $(SECONDS),60)

format: ## lay out all C sources in place (headers are by hand)
	@format=$$($(PYTHON) tools/llvm.py clang-format) && git ls-files -z '*.c' | xargs -0 "$$format" -i

toolchain: ## build a cross compiler into build/toolchain (optional)
	@tools/toolchain.sh

# Downloads are kept in build/downloads, so that a build after it needs no network.
clean: ## remove what was built (downloads and build/toolchain stay)
	@set --; for path in build/* build/.[!.]*; do case $$path in build/toolchain | build/downloads) ;; \
		*) [ ! -e "$$path" ] && [ ! -h "$$path" ] || set -- "$$@" "$$path" ;; esac; done; \
	if [ $$# = 0 ]; then echo "Nothing to remove: build/ has nothing that was built."; \
	elif rm -rf "$$@"; then echo "Clean."; \
	else echo "make clean: not all of build/ could be removed; rm names it above. If it is root's: sudo make clean" >&2; exit 1; fi

help: ## this list
	@echo "make [stage-N] [goal]; the stages here: $(foreach d,$(notdir $(STAGE_DIRS)),$(d))"
	@echo
	@sed -n 's/^\([a-z][a-z-]*\):[^#=]*## \(.*\)/\1\t\2/p' Makefile | while IFS='	' read -r goal what; do \
		printf '  make %-12s %s\n' "$$goal" "$$what"; done
	@echo
	@echo "  make stage-N               build stage N"
	@echo "  make stage-N GOAL          run, web, check, gdb, iso or bench that stage"
	@echo "  V=1 shows the commands, -j1 runs them one by one"
	@echo "  UBSAN=1: a kernel that traps undefined behaviour, apart in build/ubsan"
