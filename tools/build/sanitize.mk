# make UBSAN=1: the kernel compiled so that undefined behaviour is an invalid instruction, which the kernel
# reports like any exception of its own: registers, and a backtrace whose first line is the place.
#
# Linux carries a run-time library that prints what was wrong; a trap needs no code in the kernel, and the tests' time limits
# still hold. Two checks are left out:
#   alignment    firmware and boot loader hand over tables at odd addresses, read through packed structures
#   object-size  the linker's symbols (__image_end and so on) have addresses, not sizes
ifneq ($(UBSAN),)
kernel-flags += -fsanitize=undefined -fsanitize-undefined-trap-on-error \
	-fno-sanitize=alignment -fno-sanitize=object-size
endif
