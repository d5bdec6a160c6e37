# The files of other people's programs on the disk that `make run` makes, beside those of stages/*/root. tools/disk.py reads $(B)/disk.list, which has a line for each word:
#
#   disk-y += bin/tcc=$(B)/posix/tcc            a file, or a folder with all that is in it; a later line replaces a file of an earlier one
#   disk-y += usr/include=@$(MUSL)/include      the same, of the folder whose path is in that file
#   disk-y += usr/bin/tcc:../../bin/tcc         a symbolic link
#
#   ports-y += tinycc                           a stage's manifest: ports/tinycc/port.mk has the rules and the lines above
disk-y :=
$(foreach p,$(ports-y),$(eval include ports/$(p)/port.mk))

# The file that a line names, or the one with its folder's path.
disk_sources = $(foreach d,$(disk-y),$(if $(findstring =,$(d)),$(firstword $(subst .path/,.path ,$(patsubst @%,%,$(lastword $(subst =, ,$(d))))))))

ifneq ($(NEEDS),)
$(call remember,disk,$(disk-y))
endif

$(B)/disk.list: $(sort $(disk_sources)) $(B)/lists/disk
	$(Q)printf '%s\n' $(foreach d,$(disk-y),'$(d)') >$(NEW) && $(KEEP)
