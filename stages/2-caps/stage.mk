# Stage 2: an unauthorised access is refused, and a grant is taken back.
STAGE_NAME := caps

kernel-y += kernel/boot/root_task.o
kernel-y += kernel/cap/cnode.o
kernel-y += kernel/cap/delete.o
kernel-y += kernel/cap/derive.o
kernel-y += kernel/cap/describe.o
kernel-y += kernel/cap/dying.o
kernel-y += kernel/cap/irq.o
kernel-y += kernel/cap/kernel_methods.o
kernel-y += kernel/cap/log_later.o
kernel-y += kernel/cap/marks.o
kernel-y += kernel/cap/range.o
kernel-y += kernel/cap/reap.o
kernel-y += kernel/cap/thread_methods.o
kernel-y += kernel/cap/transfer.o
kernel-y += kernel/cap/untyped.o
kernel-y += kernel/entry/finish.o
kernel-y += kernel/ipc/closed.o
kernel-y += kernel/ipc/fault.o
kernel-y += kernel/ipc/inherit.o
kernel-y += kernel/ipc/notification.o
kernel-y += kernel/ipc/reply_object.o
kernel-y += kernel/ipc/serve.o
kernel-y += kernel/ipc/trace.o
kernel-y += kernel/mm/frame.o
kernel-y += kernel/mm/iospace.o
kernel-y += kernel/mm/page_table.o
kernel-y += kernel/mm/wx.o
kernel-y += kernel/sched/deadline.o
kernel-y += kernel/sched/heap.o
kernel-y += kernel/sched/preempt.o

methods-y += untyped cnode thread address_space page_table frame irq iospace kernel

library-y += lib/archive/archive.o
library-y += lib/conf/conf.o
library-y += lib/conf/names.o
library-y += lib/conf/words.o
library-y += lib/microk/command_line.o
library-y += lib/postmortem/backtrace.o
library-y += lib/postmortem/fault.o
library-y += lib/postmortem/program.o
library-y += lib/postmortem/report.o
library-y += lib/postmortem/symbols.o
library-y += lib/spawn/elf.o
library-y += lib/spawn/mapper.o
library-y += lib/spawn/spawn.o
library-y += lib/spawn/view.o

protocols-y += protocols/inspect.idl
protocols-y += protocols/vault.idl

programs-n += stages/1-ipc/ping
programs-n += stages/1-ipc/pong
programs-y += servers/init
programs-y += stages/2-caps/vault
programs-y += stages/2-caps/thief
# The plays of lab 2: root=boot/attack play=NAME.
programs-y += labs/2-caps/attacks

tests-y += tests/guest/kernel
tests-y += tests/guest/bad
tests-y += tests/guest/exhaust
tests-y += tests/guest/stress
tests-y += tests/guest/trace
tests-y += labs/2-caps/checks/guest
tests-y += tests/guest/sched
tests-y += tests/guest/threads
tests-y += tests/guest/fpu
tests-y += tests/guest/sealed
tests-y += tests/guest/pays
tests-y += tests/guest/root_ends
tests-y += tests/guest/crash
tests-y += tests/guest/inspect
tests-y += tests/guest/state
tests-y += tests/guest/cross
tests-y += tests/guest/vectors
tests-y += tests/guest/known
tests-y += tests/bench

files-y += boot/system.conf=stages/2-caps/system.conf

claims += kernel/cap/dying.h
claims += kernel/cap/marks.h
claims += kernel/cap/log_later.h
claims += kernel/mm/wx.h
claims += kernel/sched/heap.h
claims += lib/archive lib/conf lib/postmortem lib/spawn protocols/init_log.h
claims += tests/host/check.h tests/host/cpio.h tests/test_lib_host.py
claims += tests/host/lib/command_line tests/host/lib/conf tests/host/lib/postmortem tests/host/loader
claims += tests/test_bench.py
claims += tests/guest_boot.py tests/test_stress.py tests/test_ubsan.py
claims += tests/guest/kit tests/test_guest.py tests/test_restart.py
claims += tests/guest_machine.py tests/gdb_client.py
claims += tests/test_state.py tests/test_interrupts.py
