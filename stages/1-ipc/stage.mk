# Stage 1: two user tasks exchange messages.
STAGE_NAME := ipc

kernel-y += kernel/boot/start.o kernel/boot/handoff.o kernel/boot/memory.o kernel/boot/archive.o kernel/boot/elf.o
kernel-y += kernel/boot/main.o
kernel-y += kernel/ipc/endpoint.o kernel/ipc/reply.o
kernel-y += kernel/lib/print.o kernel/lib/string.o
kernel-y += kernel/sched/thread.o kernel/sched/cpu.o
kernel-y += kernel/x86/acpi.o kernel/x86/apic.o kernel/x86/ioapic.o kernel/x86/paging.o kernel/x86/trap.o

library-y += user/lib/start.o user/lib/ipc.o user/lib/print.o user/lib/startup.o user/lib/service.o

programs-y += stages/1-ipc/ping stages/1-ipc/pong

claims += kernel user/lib tools tests web docs
