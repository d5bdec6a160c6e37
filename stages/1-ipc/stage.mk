# Stage 1: two user tasks exchange messages. The language is described in tools/build/manifest.mk.
STAGE_NAME := ipc

kernel/boot-y += archive.o boot.S.o elf.o handoff.o info.o low_entry.S.o main.o memory.o multiboot2.o no_long_mode.S.o
kernel/boot-y += pvh.o task.o
kernel/cap-y += thread_slots.o
kernel/entry-y += abort.o descriptors.o exercise_at_entry.o exit.o syscall.S.o syscall.o trap.S.o trap.o
kernel/entry-y += trap_in_kernel.o upward.o
kernel/ipc-y += cancel.o delivered.o end.o endpoint.o fault_print.o log_budget.o log_report.o message.o rendezvous.o reply.o sent.o
kernel/lib-y += command_line.o date.o exercise.o log.o machine.o panic.o print.o string.o
kernel/mm-y += log_account.o map.o space.o tlb.o
kernel/object-y += identity.o
kernel/pc-y += acpi.o acpi_places.o apic.o calibrate.o clocks.o dmar.o entropy.o ioapic.o machine_check.o paging.o pic.o rate.o require.o
kernel/pc-y += restart.o rtc.o
kernel/sched-y += fpu.o preempt.o queue.o ready.o schedule.o slow.o stats.o switch.o thread.o
kernel/screen-y += font.o pixels.o screen.o text.o
kernel/x86-y += cpu.o debugcon.o rdrand.o serial.o stacks.S.o state.o

# The one kernel object whose methods stage 1 has: its tasks' output goes to the serial line's
# ports, which they hold. A call on anything else but an endpoint returns ERR_TYPE.
methods-y += ioport
kernel/cap-y += ioport.o

# The steps of lab 1 (kernel command line: steps). Stage 2 leaves them out.
kernel-y += labs/1-ipc/kernel/boot/step_entry.o labs/1-ipc/kernel/boot/step_pages.o
kernel-y += labs/1-ipc/kernel/boot/step_queue.o labs/1-ipc/kernel/boot/step_switch.o
kernel-y += labs/1-ipc/kernel/boot/steps.o labs/1-ipc/kernel/boot/steps_programs.S.o
kernel-y += labs/1-ipc/kernel/boot/timeline.o labs/1-ipc/kernel/lib/watch.o

lib/microk-y += defer.o heap.o ipc.S.o ipc.o lock.o memory.o message.o method.o output.o print.o self.o serial.o
lib/microk-y += server.o slots.o start.S.o start.o startup.o status.o string.o supply.o stub.o thread.o
user/runtime-y += announce.o output_file.o terminal.o

# The two protocols that every program is linked with: its output may be an open file, and a service reports that it is
# ready. Their servers come later.
protocols-y += protocols/file.idl
protocols-y += protocols/supervise.idl

programs-y += stages/1-ipc/ping
programs-y += stages/1-ipc/pong

# The test program of lab 1's checks, and the one of its leader board (tests.cpio only).
tests-y += labs/1-ipc/checks/guest
tests-y += labs/1-ipc/race
