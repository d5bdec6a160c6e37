# The language of stages/N-name/stage.mk, and the sum of the manifests of stages 1..N.
#
#   STAGE_NAME   := ipc                       name, for people
#   kernel/ipc-y += endpoint.o reply.o        objects of the kernel that join at this stage, by their folder: x.o is made
#                                             of x.c, x.S.o of x.S (beside x.c there may be an x.S)
#   kernel-n     += labs/1-ipc/kernel/boot/steps.o
#                                             objects of the kernel, by whole paths, that an earlier stage had for itself only
#   kernel-flags += -flto=1                   compiler flags that the kernel gets from this stage on
#   methods-y    += ioport untyped            kernel objects whose methods join the dispatch table
#   lib/microk-y += ipc.o                     objects of the library that every program is linked with, likewise;
#                                             user/runtime is part of it
#   programs-y   += servers/init              program folders; each holds a build.mk (below)
#   programs-n   += …
#   servers/vfs-y += proc.o                   objects that join a program at a later stage
#   kernel-y, library-y                       what these lists add up to; both take objects by their whole paths
#   tests-y      += tests/guest/kernel        program folders of tests: only in tests.cpio, the archive that
#                                             the tests boot (kernel command line root=boot/NAME)
#   protocols-y  += protocols/file.idl        interface files that stubs are generated from
#   files-y      += etc/hello.txt=stages/3-vfs/root/etc/hello.txt
#                                             other files of the boot archive; a later one of
#                                             the same name replaces the earlier
#   libc-y       += files.o                   objects of user/libc, the layer below musl
#   posix-y      += user/posix/hello.c          programs in C for POSIX (tools/build/posix.mk); posix-tests-y: of tests
#   ports-y      += tinycc                      other people's programs on the disk (tools/build/disk.mk)
#   posix-ports-y += busybox                    programs of others in the boot archive (tools/build/posix.mk)
#   claims       += tests/test_bench.py       other paths of the tree that first exist at this stage; tools/lab cuts
#                                             the tree of a stage by them and by the files that the lists above name
#
# Weighed: Linux and Zephyr list objects by folder, too, in a file of each folder. A wildcard would be shorter, but then a stage
# would be composed of the files that happen to lie there: a file that a learner forgot, or a file name of a submission that make
# takes for its own code.
#
# A stand-in shadows its namesake: stages/1-ipc/kernel/ipc/closed.c is built in place of kernel/ipc/closed.c
# until a manifest names kernel/ipc/closed.o, and likewise stages/2-caps/servers/init/outbox.c.
#
# PATCHED=labs/2-caps/own on make's command line: labs/2-caps/own/kernel/cap/narrow.c is built in place of kernel/cap/narrow.c, and so
# every file in that folder's kernel/.
#
# A program folder's build.mk:
#   name   := init                            file boot/init of the archive (default: the folder)
#   objs-y += main.o                          objects, relative to the folder
#   shared-y += tests/guest/kit/kit.o         objects from elsewhere, relative to the root

kernel-y    :=
kernel-n    :=
kernel-flags :=
methods-y   :=
library-y   :=
programs-y  :=
programs-n  :=
tests-y     :=
protocols-y :=
files-y     :=
claims      :=
libc-y      :=
posix-y     :=
posix-tests-y :=
ports-y     :=
posix-ports-y :=

DIRS_SO_FAR := $(foreach d,$(STAGE_DIRS),$(if $(filter $(firstword $(subst -, ,$(notdir $(d)))),\
	$(shell seq 1 $(STAGE))),$(d)))

# $(call gather,kernel-y,kernel/%-y): appends the lists of folders to a list of whole paths, and empties them for the next stage.
gather = $(foreach l,$(sort $(filter $(2),$(.VARIABLES))),$(eval $(1) += $(addprefix $(l:-y=)/,$($(l))))$(eval $(l) :=))
$(foreach d,$(DIRS_SO_FAR),$(eval include $(d)/stage.mk)$(call gather,kernel-y,kernel/%-y)$(call gather,library-y,lib/%-y user/runtime-y))

# A name given twice would be linked twice.
twice = $(strip $(foreach w,$(sort $(1)),$(if $(filter-out 1,$(words $(filter $(w),$(1)))),$(w))))
TWICE := $(strip $(call twice,$(kernel-y)) $(call twice,$(library-y)) $(call twice,$(programs-y)) $(call twice,$(protocols-y)))
ifneq ($(TWICE),)
$(error The manifests of stages 1..$(STAGE) name twice: $(TWICE))
endif

# $(call standing_in,kernel,$(kernel-y)): the objects of stand-ins below a folder whose namesakes are not among the objects.
standing_in = $(foreach d,$(DIRS_SO_FAR),$(patsubst %.c,$(d)/%.o,$(filter-out $(2:.o=.c),\
	$(patsubst $(d)/%,%,$(wildcard $(d)/$(1)/*.c $(d)/$(1)/*/*.c)))))

KERNEL    := $(filter-out $(kernel-n),$(kernel-y)) $(call standing_in,kernel,$(kernel-y))
ifneq ($(PATCHED),)
KERNEL    := $(foreach o,$(KERNEL),$(if $(wildcard $(PATCHED)/$(o:.o=.c)),$(PATCHED)/)$(o))
endif
LIBRARY   := $(library-y)
PROGRAMS  := $(filter-out $(programs-n),$(programs-y))
PROTOCOLS := $(protocols-y:.idl=)

# FILES: files-y, of each name only the last.
$(foreach f,$(files-y),$(eval FILE_$(firstword $(subst =, ,$(f))) := $(f)))
FILES := $(foreach n,$(sort $(foreach f,$(files-y),$(firstword $(subst =, ,$(f))))),$(FILE_$(n)))

# For each program folder P: NAME_P and OBJS_P. A program without a build.mk cannot be built, but does not stop the others
# from being built.
define read_program
name   :=
objs-y :=
shared-y :=
-include $(1)/build.mk
NAME_$(1) := $$(or $$(strip $$(name)),$(notdir $(1)))
OBJS_$(1) := $$(addprefix $(1)/,$$(objs-y) $$($(1)-y)) $$(shared-y)
OBJS_$(1) += $$(call standing_in,$(1),$$(OBJS_$(1)))
endef
# TESTS_TOO: a teacher's private programs.
TESTS := $(tests-y) $(TESTS_TOO)
$(foreach p,$(PROGRAMS) $(TESTS),$(eval $(call read_program,$(p))))

PROGRAM_NAMES := $(foreach p,$(PROGRAMS),$(NAME_$(p)))
ifneq ($(words $(PROGRAM_NAMES)),$(words $(sort $(PROGRAM_NAMES))))
$(error Two programs of stage $(STAGE) have the same name: $(PROGRAM_NAMES))
endif
