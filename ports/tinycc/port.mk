# TinyCC, and the parts of a program that it links, on the disk. A stage has it by the line `ports-y += tinycc` of its manifest.
#
#   /bin/tcc  /usr/lib/tcc/tcc-run          the compiler; and the one that runs a program in its own memory (main.c and run.c)
#   /usr/lib/tcc/                           libtcc1.a, the objects for -bt, the compiler's headers
#   /usr/include  /usr/lib/libc.a crt*.o    musl's headers and code, with user/libc in libc.a
#
# Weighed: it is on the disk and not in the boot archive. These files have 4 MiB, and the boot archive is in memory on each machine, of which some have 16 MiB.
TINYCC := $(B)/tinycc.path

$(TINYCC): tools/tinycc.py $(filter-out %/port.mk,$(wildcard ports/tinycc/*)) $(MUSL)
	$(Q)$(PYTHON) tools/tinycc.py --cc $(CROSS)gcc --ar $(CROSS)ar --path $@

TINYCC_LINK = musl=$$(cat $(MUSL)) && tinycc=$$(cat $(TINYCC)) && $(CC) $(POSIX_LINK) -Wl,--wrap=main -s -o $(NEW) $$musl/lib/crt1.o $$musl/lib/crti.o \
	$(filter %.o,$(filter-out $(LAYER),$^)) $$tinycc/compiler/*.o
TINYCC_LINK_END = $(LAYER) $$musl/lib/libc.a -lgcc $$musl/lib/crtn.o && $(KEEP)

$(B)/posix/tcc: $(B)/c/ports/tinycc/main.o $(TINYCC) $(LAYER) $(MUSL) | $(B)/posix/
	$(call say,LINK,ports/tinycc)
	$(Q)$(TINYCC_LINK) $(TINYCC_LINK_END)

$(B)/posix/tcc-run: $(B)/c/ports/tinycc/run.o $(TINYCC) $(LAYER) $(MUSL) | $(B)/posix/
	$(call say,LINK,ports/tinycc (tcc -run))
	$(Q)$(TINYCC_LINK) $$tinycc/names.o $(TINYCC_LINK_END)

# TinyCC links whole objects, so the layer has one section of each kind, and no data for a debugger. The functions of gcc's own library that it calls are in it, too.
$(B)/posix/guest.o: $(LAYER) ports/tinycc/merge.ld ports/tinycc/port.mk
	$(Q)$(CC) -nostdlib -r -Wl,-z,noexecstack -Wl,--strip-debug -Wl,-T,ports/tinycc/merge.ld -o $(NEW) $< -lgcc && \
		$(OBJCOPY) $(LAYER_NAMES:%=--keep-global-symbol=%) $(NEW) && $(KEEP)

# musl has some of the layer's names, too; of two members with one name TinyCC takes either.
$(B)/posix/libc.a: $(B)/posix/guest.o $(MUSL)
	$(call say,AR,$@)
	$(Q)$(OBJCOPY) -D $(LAYER_NAMES:%=--localize-symbol=%) $$(cat $(MUSL))/lib/libc.a $(NEW) && $(AR) rsD $(NEW) $< && $(KEEP)

disk-y += usr/lib=@$(MUSL)/lib
disk-y += usr/include=@$(MUSL)/include
disk-y += usr/lib/libc.a=$(B)/posix/libc.a
disk-y += usr/lib/tcc=@$(TINYCC)/lib
disk-y += usr/lib/tcc/include=@$(TINYCC)/include
disk-y += usr/lib/tcc/run/include:../include
disk-y += usr/lib/tcc/tcc-run=$(B)/posix/tcc-run
disk-y += bin/tcc=$(B)/posix/tcc
disk-y += usr/bin/tcc:../../bin/tcc
