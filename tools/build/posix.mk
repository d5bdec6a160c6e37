# Programs in C for POSIX, with musl. A program is one line of a manifest:
#
#   posix-y += user/posix/hello.c      a single file: the program boot/bin/hello of the archive
#   posix-y += user/posix/wc           a folder, whose build.mk lists its objects (objs-y += main.o …): boot/bin/wc
#   posix-tests-y += tests/posix/NAME.c    the same, in tests.cpio alone
#   posix-ports-y += busybox               of others: tools/busybox.py makes busybox.o, and the names that are links to boot/bin/busybox
#
# A program is linked with musl (tools/musl.py) and one object, layer.o: user/libc, and the parts of our library that it needs. layer.o shows musl's names of entry
# and no other, so that a program may have a function `print` or `ipc` of its own.
POSIX_FLAGS := -O2 -g -Wall -Wextra -fcf-protection=none -fno-stack-protector -fno-pic -fno-pie -ffile-prefix-map=$(B)=build -ffile-prefix-map=/proc/self/cwd=. \
	-nostdinc
POSIX_LINK  := -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack -Wl,-z,separate-code -Wl,-z,norelro -Wl,-z,max-page-size=4096 \
	-Wl,--gc-sections -Wl,--fatal-warnings
LAYER_NAMES := microk_syscall posix_spawn vfork __set_thread_area __clone __unmapself __syscall_cp_asm __cp_begin __cp_end __cp_cancel

MUSL  := $(B)/musl.path
LAYER := $(B)/posix/layer.o

$(B)/posix/ $(B)/boot/bin/:
	@mkdir -p $@

$(MUSL): tools/musl.py ports/musl/port.toml $(wildcard ports/musl/overlay/*)
	$(Q)$(PYTHON) tools/musl.py --cc $(CROSS)gcc --ar $(CROSS)ar --path $@

LAYER_OBJS := $(addprefix $(B)/u/user/libc/,$(libc-y))
$(sort $(dir $(LAYER_OBJS))):
	@mkdir -p $@
$(LAYER_OBJS): | $(USER_HEADERS) $(sort $(dir $(LAYER_OBJS)))
-include $(LAYER_OBJS:.o=.d)

$(LAYER): $(LAYER_OBJS) $(B)/libuser.a $(B)/lists/layer | $(B)/posix/
	$(call say,LINK,user/libc)
	$(Q)$(CC) -nostdlib -r -Wl,-z,noexecstack -o $(NEW) $(LAYER_OBJS) $(B)/libuser.a && \
		$(OBJCOPY) $(LAYER_NAMES:%=--keep-global-symbol=%) $(NEW) && $(KEEP)

posix_name = $(basename $(notdir $(1)))
define posix_program
posix_objs-$(1) :=
ifneq ($(wildcard $(1)/build.mk),)
objs-y :=
include $(1)/build.mk
posix_objs-$(1) := $$(addprefix $(1)/,$$(objs-y))
else
posix_objs-$(1) := $(1:.c=.o)
endif
$(B)/posix/$(call posix_name,$(1)): $$(addprefix $(B)/c/,$$(posix_objs-$(1))) $(LAYER) $(MUSL) $(B)/lists/posix | $(B)/posix/
	$$(call say,LINK,$(1))
	$(Q)musl=$$$$(cat $(MUSL)) && $$(CC) $(POSIX_LINK) -o $$(NEW) $$$$musl/lib/crt1.o $$$$musl/lib/crti.o \
		$$(addprefix $(B)/c/,$$(posix_objs-$(1))) $(LAYER) $$$$musl/lib/libc.a -lgcc $$$$musl/lib/crtn.o && $$(KEEP)
endef

$(B)/c/%.o: %.c $(MUSL) $(B)/lists/posix
	$(call say,CC,$<)
	@mkdir -p $(dir $@)
	$(Q)$(CC) $(POSIX_FLAGS) -isystem $$(cat $(MUSL))/include -c $< $(COMPILE)

$(B)/boot/bin/%: $(B)/posix/% | $(B)/boot/bin/
	$(Q)$(OBJCOPY) --strip-all $< $(NEW) && $(KEEP)

$(foreach p,$(posix-y) $(posix-tests-y),$(eval $(call posix_program,$(p))))
-include $(foreach p,$(posix-y) $(posix-tests-y),$(posix_objs-$(p):%.o=$(B)/c/%.d))

# ---- Programs of others ----
# tools/NAME.py compiles one, once for all stages, and writes where it is. Only the link depends on the layer.
define port_program
$(B)/$(1).path: tools/$(1).py tools/musl.py $(wildcard ports/$(1)/*) ports/musl/port.toml $(wildcard ports/musl/overlay/*) | $(MUSL)
	$(Q)$(PYTHON) tools/$(1).py --cc $(CROSS)gcc --ar $(CROSS)ar --path $$@

$(B)/posix/$(1): $(B)/$(1).path $(LAYER) $(MUSL) $(B)/lists/posix | $(B)/posix/
	$$(call say,LINK,ports/$(1))
	$(Q)musl=$$$$(cat $(MUSL)) && place=$$$$(cat $(B)/$(1).path) && $$(CC) $(POSIX_LINK) -o $$(NEW) $$$$musl/lib/crt1.o $$$$musl/lib/crti.o \
		$$$$place/$(1).o $(LAYER) $$$$musl/lib/libc.a -lgcc $$$$musl/lib/crtn.o && $$(KEEP)

$(B)/posix/$(1).links: $(B)/$(1).path | $(B)/posix/
	$(Q)cp $$$$(cat $$<)/$(1).links $$(NEW) && $$(KEEP)
endef
$(foreach p,$(posix-ports-y),$(eval $(call port_program,$(p))))
