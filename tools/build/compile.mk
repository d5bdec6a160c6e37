# How things are compiled. Where they go, in $(B) = build/stage-N:
#   k/     kernel objects          u/      user objects (a source may be in both, compiled twice)
#   gen/   generated sources       bin/    programs with symbols      boot/  the same, stripped
#   kernel.elf  archive.cpio  microk.iso

# ---- tools: a cross compiler where there is one, else the system's ---------------------------
CROSS := $(if $(wildcard build/toolchain/.whole),build/toolchain/bin/x86_64-elf-,$(if \
	$(shell command -v x86_64-elf-gcc),x86_64-elf-))
# Found by this relative name: an absolute path among the flags would be in every object (see below), and gcc 14 splits a
# path with a blank in it into two when it links such objects (-flto).
CC      := PWD=/proc/self/cwd $(CROSS)gcc
# Without a target they load each plugin for other compilers' objects first, and clang's takes 20 times as long as their work.
AR      := $(CROSS)ar --target=elf64-x86-64
NM      := $(CROSS)nm --target=elf64-x86-64
OBJCOPY := $(CROSS)objcopy

# ---- flags -------------------------------------------------------------------------------------
# No FPU or vector registers outside programs that ask for them; frame pointers for backtraces;
# no absolute path in any output, so that a build is the same everywhere. min-pagesize=0: an address
# in the first page is as good as any, GCC need not warn of it. In a lab's tree an unused definition is only a warning.
UNUSED     := function variable but-set-variable parameter but-set-parameter label value local-typedefs const-variable
COMMON := -std=gnu17 -ffreestanding -fno-pic -fno-pie -mgeneral-regs-only -fno-omit-frame-pointer \
	-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -fno-strict-aliasing --param=min-pagesize=0 \
	-O2 -g -Wall -Wextra -Werror $(if $(LAB_TREE),$(UNUSED:%=-Wno-error=unused-%)) -Wmissing-prototypes \
	-ffile-prefix-map=$(B)=build -ffile-prefix-map=/proc/self/cwd=.
KERNEL_FLAGS := $(COMMON) $(kernel-flags) -mno-red-zone -mcmodel=kernel -Ikernel -Ikernel/include -I$(B)
# With -flto among a stage's kernel-flags the linker generates the code, so it needs the flags that shape code.
KERNEL_LINK  := $(if $(filter -flto%,$(kernel-flags)),$(COMMON) $(kernel-flags) -mno-red-zone)
USER_FLAGS   := $(COMMON) -ftls-model=local-exec -ffunction-sections -fdata-sections -I. -Ikernel/include -I$(B)
# An assembler for x86_64-elf treats the text after a `/` as a comment, unless division is enabled.
AS_FLAGS     := -Wa,--divide
LINK         := -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack \
	-Wl,-z,max-page-size=4096 -Wl,--fatal-warnings

# ---- the lists of objects ----------------------------------------------------------------------
GEN          := $(B)/gen
KERNEL_OBJS  := $(addprefix $(B)/k/,$(KERNEL)) $(B)/k/gen/methods.o
PROTO_HEADERS := $(foreach p,$(PROTOCOLS),$(GEN)/$(p)_client.h $(GEN)/$(p)_server.h) $(GEN)/protocols/names.h
USER_HEADERS := $(GEN)/lib/microk/methods.h $(PROTO_HEADERS)
KERNEL_HEADERS := $(GEN)/kernel/methods.h
PROTO_OBJS   := $(foreach p,$(PROTOCOLS),$(B)/u/gen/$(p)_client.o $(B)/u/gen/$(p)_server.o) $(B)/u/gen/protocols/names.o
LIB_OBJS     := $(addprefix $(B)/u/,$(LIBRARY)) $(PROTO_OBJS)
PROGRAM_OBJS := $(foreach p,$(PROGRAMS) $(TESTS),$(addprefix $(B)/u/,$(OBJS_$(p))))
OBJS          = $(KERNEL_OBJS) $(LIB_OBJS) $(PROGRAM_OBJS)
TEST_LIST     = $(foreach p,$(TESTS),boot/$(NAME_$(p))=$(B)/boot/$(NAME_$(p))) \
	$(foreach p,$(posix-tests-y),boot/bin/$(basename $(notdir $(p)))=$(B)/boot/bin/$(basename $(notdir $(p))))
# In stages with init, init names the functions in its reports.
NAMED        := $(if $(filter init,$(PROGRAM_NAMES)),$(PROGRAM_NAMES))
ARCHIVE_LIST := $(foreach n,$(PROGRAM_NAMES),boot/$(n)=$(B)/boot/$(n)) $(if $(NAMED),boot/symbols=$(B)/boot/symbols) $(FILES) \
	$(foreach p,$(posix-y),boot/bin/$(basename $(notdir $(p)))=$(B)/boot/bin/$(basename $(notdir $(p)))) \
	$(foreach p,$(posix-ports-y),boot/bin/$(p)=$(B)/boot/bin/$(p) boot/bin/=$(B)/posix/$(p).links)

# When a list or flag changes, the files made with it must be rebuilt, though no file became newer. So each list is kept in
# $(B)/lists, and written only when it differs.
differs  = $(strip $(subst x$(1)x,,x$(2)x)$(subst x$(2)x,,x$(1)x))
kept     = $(strip $(1): $(2))
remember = $(if $(call differs,$(strip $(file <$(B)/lists/$(1))),$(kept)),$(file >$(B)/lists/$(1),$(kept)))
ifneq ($(NEEDS),)
$(shell mkdir -p $(B)/lists)
$(call remember,kernel.flags,$(CC) $(KERNEL_FLAGS))
$(call remember,user.flags,$(CC) $(USER_FLAGS))
$(call remember,kernel,$(KERNEL_OBJS))
$(call remember,library,$(LIB_OBJS))
$(call remember,methods,$(methods-y))
$(call remember,protocols,$(protocols-y))
$(call remember,archive,$(ARCHIVE_LIST))
$(call remember,tests,$(TEST_LIST))
$(call remember,layer,$(libc-y))
$(call remember,posix,$(posix-y) $(posix-tests-y) $(posix-ports-y))
$(foreach p,$(PROGRAMS) $(TESTS),$(call remember,program.$(NAME_$(p)),$(OBJS_$(p))))
endif

# Prints one aligned line for each step, unless V=1, and notes that something was done.
say = $(eval BUILT := yes)$(if $(V),,@printf '  %-7s %s\n' $(1) '$(2)')

$(sort $(dir $(OBJS))) $(B)/bin/ $(B)/boot/ $(GEN)/:
	@mkdir -p $@

$(foreach o,$(OBJS),$(eval $(o): | $(dir $(o))))

# Reports a mistake in a manifest as such.
source_of = $(if $(filter %.S.o,$(1)),$(1:.o=),$(1:.o=.c))
MISSING  := $(foreach s,$(foreach o,$(sort $(KERNEL) $(LIBRARY) $(foreach p,$(PROGRAMS),$(OBJS_$(p)))),$(call source_of,$(o))),\
	$(if $(wildcard $(s)),,$(s)))
$(MISSING):
	@echo "stage $(STAGE): a manifest names an object of $@, but there is no such file" >&2; false

# A tool writes beside its output, under a name with the shell's number in it, and the output then appears whole. Otherwise a
# make that is killed in the middle (a power cut, a container that is stopped) leaves half a file that is newer than its
# sources, which every later make believes to be up to date; and a second make in the same tree reads half a file.
NEW     = $@.$$$$.new
KEEP    = mv $(NEW) $@
# A compiler also writes the list of headers.
COMPILE = -MMD -MP -MF $(NEW).d -MT $@ -o $(NEW) && mv $(NEW).d $(DEPENDS) && $(KEEP)
DEPENDS = $(@:.o=.d)

# ---- kernel --------------------------------------------------------------------------------------
# Headers are generated before anything that may include them; .d files list the rest.
$(KERNEL_OBJS) $(GEN)/offsets.s: | $(KERNEL_HEADERS)

$(B)/k/%.o: %.c $(B)/lists/kernel.flags
	$(call say,CC,$<)
	$(Q)$(CC) $(KERNEL_FLAGS) -c $< $(COMPILE)

$(B)/k/%.S.o: %.S $(B)/lists/kernel.flags
	$(call say,AS,$<)
	$(Q)$(CC) $(KERNEL_FLAGS) $(AS_FLAGS) -c $< $(COMPILE)

# The offsets in C's structures that assembly needs; without -flto, which would leave the code to the linker.
$(GEN)/offsets.s: DEPENDS = $@.d
$(GEN)/offsets.s: kernel/entry/offsets.c $(B)/lists/kernel.flags | $(GEN)/
	$(call say,GEN,gen/offsets.h)
	$(Q)$(CC) $(filter-out -flto%,$(KERNEL_FLAGS)) -S $< $(COMPILE)

$(GEN)/offsets.h: $(GEN)/offsets.s tools/build/offsets.sh
	$(Q)tools/build/offsets.sh <$< >$(NEW) && $(KEEP)

$(filter %.S.o,$(KERNEL_OBJS)): $(GEN)/offsets.h

$(B)/k/gen/%.o: $(GEN)/%.c $(B)/lists/kernel.flags
	$(call say,CC,gen/$*.c)
	$(Q)$(CC) $(KERNEL_FLAGS) -c $< $(COMPILE)

$(GEN)/methods.c: tools/build/methods.sh $(B)/lists/methods | $(GEN)/
	$(call say,GEN,gen/methods.c)
	$(Q)tools/build/methods.sh $(methods-y) >$(NEW) && $(KEEP)

$(B)/kernel.elf: kernel/kernel.ld $(KERNEL_OBJS) $(B)/lists/kernel
	$(call say,LINK,$@)
	$(Q)$(CC) $(LINK) $(KERNEL_LINK) -mcmodel=kernel -Wl,-T,kernel/kernel.ld -o $(NEW) $(KERNEL_OBJS) && $(KEEP)

# ---- protocols -------------------------------------------------------------------------------------
$(GEN)/%_client.h $(GEN)/%_client.c $(GEN)/%_server.h $(GEN)/%_server.c: %.idl $(wildcard tools/idl/*.py)
	$(call say,IDL,$<)
	$(Q)$(PYTHON) tools/idl/idl.py $< --out $(GEN)

# The names of the labels, for programs that show messages to people.
$(GEN)/protocols/names.h: $(GEN)/protocols/names.c
$(GEN)/protocols/names.c: $(protocols-y) $(wildcard tools/idl/*.py) $(B)/lists/protocols
	$(call say,IDL,gen/protocols/names.c)
	$(Q)$(PYTHON) tools/idl/idl.py $(protocols-y) --names $@

# The kernel's methods: as typed calls for user space, and as structs of arguments and results for the kernel.
METHOD_TABLE := kernel/include/microk/cap.h tools/method_stubs.py tools/abi_table.py
$(GEN)/lib/microk/methods.h: $(METHOD_TABLE)
	$(call say,GEN,gen/lib/microk/methods.h)
	$(Q)$(PYTHON) tools/method_stubs.py $@

$(GEN)/kernel/methods.h: $(METHOD_TABLE)
	$(call say,GEN,gen/kernel/methods.h)
	$(Q)$(PYTHON) tools/method_stubs.py --kernel $@

# ---- programs --------------------------------------------------------------------------------------
# Here, too, headers are generated first.
$(LIB_OBJS) $(PROGRAM_OBJS): | $(USER_HEADERS)

$(B)/u/%.o: %.c $(B)/lists/user.flags
	$(call say,CC,$<)
	$(Q)$(CC) $(USER_FLAGS) -c $< $(COMPILE)

$(B)/u/%.S.o: %.S $(B)/lists/user.flags
	$(call say,AS,$<)
	$(Q)$(CC) $(USER_FLAGS) $(AS_FLAGS) -c $< $(COMPILE)

$(B)/u/gen/%.o: $(GEN)/%.c $(B)/lists/user.flags
	$(call say,CC,gen/$*.c)
	$(Q)$(CC) $(USER_FLAGS) -c $< $(COMPILE)

$(B)/libuser.a: $(LIB_OBJS) $(B)/lists/library tools/build/twice.sh
	$(call say,AR,$@)
	$(Q)tools/build/twice.sh $(NM) $(LIB_OBJS) && $(AR) rcsD $(NEW) $(LIB_OBJS) && $(KEEP)

define link_program
$(B)/bin/$(NAME_$(1)): $(addprefix $(B)/u/,$(OBJS_$(1))) $(B)/libuser.a lib/microk/user.ld \
		$(B)/lists/program.$(NAME_$(1)) $(wildcard $(1)/build.mk) | $(B)/bin/
	$$(if $$(wildcard $(1)/build.mk),,$$(error stage $(STAGE) has the program $(1), but there is no $(1)/build.mk))
	$$(call say,LINK,$(1))
	$(Q)$$(CC) $$(LINK) -Wl,--gc-sections -Wl,-T,lib/microk/user.ld -o $$(NEW) $(addprefix $(B)/u/,$(OBJS_$(1))) $(B)/libuser.a -lgcc && $$(KEEP)
endef
$(foreach p,$(PROGRAMS) $(TESTS),$(eval $(call link_program,$(p))))

$(B)/boot/%: $(B)/bin/% | $(B)/boot/
	$(Q)$(OBJCOPY) --strip-all $< $(NEW) && $(KEEP)

$(B)/boot/symbols: $(NAMED:%=$(B)/bin/%) tools/symbolise.py $(B)/lists/archive | $(B)/boot/
	$(Q)$(PYTHON) tools/symbolise.py --table $@ $(foreach n,$(NAMED),$(n)=$(B)/bin/$(n))

# ---- images ----------------------------------------------------------------------------------------
$(B)/archive.cpio: $(foreach f,$(ARCHIVE_LIST),$(lastword $(subst =, ,$(f)))) $(B)/lists/archive tools/image/archive.py
	$(call say,ARCHIVE,$@)
	$(Q)$(PYTHON) tools/image/archive.py $@ $(ARCHIVE_LIST)

$(B)/tests.cpio: $(foreach f,$(ARCHIVE_LIST) $(TEST_LIST),$(lastword $(subst =, ,$(f)))) $(B)/lists/tests tools/image/archive.py
	$(call say,ARCHIVE,$@)
	$(Q)$(PYTHON) tools/image/archive.py $@ $(ARCHIVE_LIST) $(TEST_LIST)

# A stage may have entries of its own in the boot menu.
MENU := $(wildcard $(filter stages/$(STAGE)-%,$(STAGE_DIRS))/menu)
$(B)/microk.iso: $(B)/kernel.elf $(B)/archive.cpio tools/image/grub.cfg tools/image/iso.sh $(MENU)
	$(call say,ISO,$@)
	$(Q)OBJCOPY="$(OBJCOPY)" tools/image/iso.sh $@ $(B)/kernel.elf $(B)/archive.cpio $(MENU)

-include $(OBJS:.o=.d) $(GEN)/offsets.s.d
