# Stage 1: two user tasks exchange messages. The language is described in tools/build/manifest.mk.
STAGE_NAME := ipc

kernel-y += kernel/boot/archive.o
kernel-y += kernel/boot/elf.o
kernel-y += kernel/boot/handoff.o
kernel-y += kernel/boot/main.o
kernel-y += kernel/boot/memory.o

kernel-y += kernel/cap/delete.o
kernel-y += kernel/cap/derive.o
kernel-y += kernel/cap/describe.o
kernel-y += kernel/cap/reap.o

kernel-y += kernel/ipc/cancel.o
kernel-y += kernel/ipc/closed.o
kernel-y += kernel/ipc/endpoint.o
kernel-y += kernel/ipc/fault.o
kernel-y += kernel/ipc/fault_print.o
kernel-y += kernel/ipc/message.o
kernel-y += kernel/ipc/notification.o
kernel-y += kernel/ipc/rendezvous.o
kernel-y += kernel/ipc/reply.o
kernel-y += kernel/ipc/reply_object.o
kernel-y += kernel/ipc/syscall.o

kernel-y += kernel/lib/log.o
kernel-y += kernel/lib/panic.o
kernel-y += kernel/lib/print.o
kernel-y += kernel/lib/string.o

kernel-y += kernel/sched/ready.o
kernel-y += kernel/sched/schedule.o
kernel-y += kernel/sched/stats.o
kernel-y += kernel/sched/thread.o
kernel-y += kernel/sched/trap.o

kernel-y += kernel/x86/acpi.o
kernel-y += kernel/x86/apic.o
kernel-y += kernel/x86/boot.S.o
kernel-y += kernel/x86/descriptors.o
kernel-y += kernel/x86/ioapic.o
kernel-y += kernel/x86/machine.o
kernel-y += kernel/x86/paging.o
kernel-y += kernel/x86/serial.o
kernel-y += kernel/x86/switch.o
kernel-y += kernel/x86/trap.o
kernel-y += kernel/x86/trap.S.o

# Until there are derivation and transfer, a message that carries capabilities is refused.
kernel-y += stages/1-ipc/transfer.o

# What the two tasks print goes to the serial line's ports, which they hold.
methods-y += ioport
kernel-y += kernel/x86/ioport.o

library-y += user/lib/announce.o
library-y += user/lib/defer.o
library-y += user/lib/heap.o
library-y += user/lib/ipc.S.o
library-y += user/lib/ipc.o
library-y += user/lib/memory.o
library-y += user/lib/message.o
library-y += user/lib/method.o
library-y += user/lib/output.o
library-y += user/lib/print.o
library-y += user/lib/serial.o
library-y += user/lib/service.o
library-y += user/lib/slots.o
library-y += user/lib/start.S.o
library-y += user/lib/start.o
library-y += user/lib/startup.o
library-y += user/lib/status.o
library-y += user/lib/string.o
library-y += user/lib/stub.o
library-y += user/lib/terminal.o

protocols-y += servers/init/proc.idl
protocols-y += servers/vfs/file.idl

programs-y += stages/1-ipc/ping
programs-y += stages/1-ipc/pong

# What every stage has, and what a tree of stage 1 is made of.
claims += .ci .clang-format .gitignore LICENSE Makefile README.md docs tests tools web
claims += kernel/boot kernel/include kernel/ipc kernel/kernel.ld kernel/lib kernel/sched kernel/x86
claims += kernel/cap kernel/mm/layout.h labs/1-ipc stages/1-ipc user/lib
claims += servers/init/proc.idl servers/vfs/file.idl
