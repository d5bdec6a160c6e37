# Stage 2: an unauthorised access is refused, and what was given is taken back.
STAGE_NAME := caps

kernel-y += kernel/cap/cnode.o
kernel-y += kernel/ipc/transfer.o
kernel-n += stages/1-ipc/transfer.o
kernel-y += kernel/mm/frame.o
kernel-y += kernel/mm/page_table.o
kernel-y += kernel/mm/space.o
kernel-y += kernel/mm/untyped.o
kernel-y += kernel/sched/thread_invoke.o
kernel-y += kernel/x86/irq.o

methods-y += untyped cnode thread address_space page_table frame irq

protocols-y += servers/init/power.idl

programs-n += stages/1-ipc/ping
programs-n += stages/1-ipc/pong
programs-y += servers/init
files-y += boot/system.conf=stages/2-caps/system.conf

claims += kernel/mm servers/init stages/2-caps
