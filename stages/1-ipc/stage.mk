# Stage 1: two user tasks exchange messages. The language is described in tools/build/manifest.mk.
STAGE_NAME := ipc

kernel-y += kernel/boot/archive.o
kernel-y += kernel/boot/boot.S.o
kernel-y += kernel/boot/elf.o
kernel-y += kernel/boot/handoff.o
kernel-y += kernel/boot/info.o
kernel-y += kernel/boot/low_entry.S.o
kernel-y += kernel/boot/main.o
kernel-y += kernel/boot/memory.o
kernel-y += kernel/boot/multiboot2.o
kernel-y += kernel/boot/no_long_mode.S.o
kernel-y += kernel/boot/pvh.o
kernel-y += kernel/boot/task.o

kernel-y += kernel/cap/thread_slots.o

kernel-y += kernel/entry/abort.o
kernel-y += kernel/entry/descriptors.o
kernel-y += kernel/entry/exercise_at_entry.o
kernel-y += kernel/entry/exit.o
kernel-y += kernel/entry/syscall.S.o
kernel-y += kernel/entry/syscall.o
kernel-y += kernel/entry/trap.S.o
kernel-y += kernel/entry/trap.o
kernel-y += kernel/entry/trap_in_kernel.o
kernel-y += kernel/entry/upward.o

kernel-y += kernel/ipc/cancel.o
kernel-y += kernel/ipc/delivered.o
kernel-y += kernel/ipc/end.o
kernel-y += kernel/ipc/endpoint.o
kernel-y += kernel/ipc/fault_print.o
kernel-y += kernel/ipc/message.o
kernel-y += kernel/ipc/rendezvous.o
kernel-y += kernel/ipc/reply.o
kernel-y += kernel/ipc/sent.o

kernel-y += kernel/lib/command_line.o
kernel-y += kernel/lib/date.o
kernel-y += kernel/lib/exercise.o
kernel-y += kernel/lib/log.o
kernel-y += kernel/lib/machine.o
kernel-y += kernel/lib/panic.o
kernel-y += kernel/lib/print.o
kernel-y += kernel/lib/string.o

kernel-y += kernel/mm/log_account.o
kernel-y += kernel/mm/log_budget.o
kernel-y += kernel/mm/map.o
kernel-y += kernel/mm/space.o
kernel-y += kernel/mm/tlb.o

kernel-y += kernel/object/identity.o

kernel-y += kernel/pc/acpi.o
kernel-y += kernel/pc/apic.o
kernel-y += kernel/pc/calibrate.o
kernel-y += kernel/pc/clocks.o
kernel-y += kernel/pc/entropy.o
kernel-y += kernel/pc/ioapic.o
kernel-y += kernel/pc/machine_check.o
kernel-y += kernel/pc/paging.o
kernel-y += kernel/pc/pic.o
kernel-y += kernel/pc/rate.o
kernel-y += kernel/pc/require.o
kernel-y += kernel/pc/restart.o
kernel-y += kernel/pc/rtc.o

kernel-y += kernel/sched/fpu.o
kernel-y += kernel/sched/queue.o
kernel-y += kernel/sched/ready.o
kernel-y += kernel/sched/schedule.o
kernel-y += kernel/sched/slow.o
kernel-y += kernel/sched/stats.o
kernel-y += kernel/sched/switch.o
kernel-y += kernel/sched/thread.o

kernel-y += kernel/screen/font.o
kernel-y += kernel/screen/pixels.o
kernel-y += kernel/screen/screen.o
kernel-y += kernel/screen/text.o

kernel-y += kernel/x86/cpu.o
kernel-y += kernel/x86/debugcon.o
kernel-y += kernel/x86/rdrand.o
kernel-y += kernel/x86/serial.o
kernel-y += kernel/x86/stacks.S.o
kernel-y += kernel/x86/state.o

# The one kernel object whose methods stage 1 has: its tasks' output goes to the serial line's
# ports, which they hold. A call on anything else but an endpoint returns ERR_TYPE.
methods-y += ioport
kernel-y += kernel/cap/ioport.o

library-y += lib/microk/defer.o
library-y += lib/microk/heap.o
library-y += lib/microk/ipc.S.o
library-y += lib/microk/ipc.o
library-y += lib/microk/lock.o
library-y += lib/microk/memory.o
library-y += lib/microk/message.o
library-y += lib/microk/method.o
library-y += lib/microk/output.o
library-y += lib/microk/print.o
library-y += lib/microk/self.o
library-y += lib/microk/serial.o
library-y += lib/microk/server.o
library-y += lib/microk/slots.o
library-y += lib/microk/start.S.o
library-y += lib/microk/start.o
library-y += lib/microk/startup.o
library-y += lib/microk/status.o
library-y += lib/microk/string.o
library-y += lib/microk/supply.o
library-y += lib/microk/stub.o
library-y += lib/microk/thread.o
library-y += user/runtime/announce.o
library-y += user/runtime/output_file.o
library-y += user/runtime/terminal.o

# The two protocols that every program is linked with: its output may be an open file, and a service reports that it is
# ready. Their servers come later.
protocols-y += protocols/file.idl
protocols-y += protocols/supervise.idl

programs-y += stages/1-ipc/ping
programs-y += stages/1-ipc/pong

# The test program of lab 1's checks (tests.cpio only).
tests-y += labs/1-ipc/checks/guest
