# Stage 2: an unauthorised access is refused, and a grant is taken back.
STAGE_NAME := caps

kernel/boot-y += device_memory.o root_task.o
kernel/cap-y += cnode.o copy_bytes.o copy_slots.o delete.o derive.o describe.o dying.o frame_methods.o iospace.o irq.o kernel_methods.o log_later.o make_mapped.o marks.o narrow.o range.o reap.o replace.o
kernel/cap-y += space_methods.o thread_methods.o thread_registers.o transfer.o untyped.o
kernel/entry-y += finish.o
kernel/ipc-y += closed.o device_fault.o fault.o inherit.o notification.o reply_object.o serve.o trace.o
kernel/mm-y += clear.o copy.o frame.o frame_device.o frame_steps.o frame_unmap.o io_space.o page_table.o protect.o wx.o
kernel/pc-y += vtd.o vtd_context.o vtd_faults.o vtd_interrupts.o vtd_queue.o vtd_unit.o
kernel/sched-y += deadline.o heap.o registers.o

kernel-n += labs/1-ipc/kernel/boot/step_entry.o labs/1-ipc/kernel/boot/step_pages.o
kernel-n += labs/1-ipc/kernel/boot/step_queue.o labs/1-ipc/kernel/boot/step_switch.o
kernel-n += labs/1-ipc/kernel/boot/steps.o labs/1-ipc/kernel/boot/steps_programs.S.o
kernel-n += labs/1-ipc/kernel/boot/timeline.o labs/1-ipc/kernel/lib/watch.o

methods-y += untyped cnode thread address_space page_table frame irq iospace kernel

lib/archive-y += archive.o
lib/chunks-y += chunks.o
lib/conf-y += conf.o names.o words.o
lib/microk-y += command_line.o registers.o
lib/postmortem-y += backtrace.o fault.o program.o report.o symbols.o
lib/state-y += abandon.o replies.o slots.o state.o store.o
lib/spawn-y += elf.o mapper.o spawn.o view.o
lib/supervise-y += grant.o instance.o service.o supervisor.o

protocols-y += protocols/inspect.idl
protocols-y += protocols/vault.idl

programs-n += stages/1-ipc/ping
programs-n += stages/1-ipc/pong
programs-y += servers/init
programs-y += stages/2-caps/vault
programs-y += stages/2-caps/thief
# The plays of lab 2: root=boot/attack play=NAME.
programs-y += labs/2-caps/attacks
# The learner's own play: root=boot/own.
programs-y += labs/2-caps/own

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
tests-y += tests/guest/chunks
tests-y += tests/guest/root_ends
tests-y += tests/guest/crash
tests-y += tests/guest/inspect
tests-y += tests/guest/state
tests-y += tests/guest/counter
tests-y += tests/guest/supervise
tests-y += tests/guest/vault_killed
tests-y += tests/guest/cross
tests-y += tests/guest/vectors
tests-y += tests/guest/iommu
tests-y += tests/guest/known
tests-y += tests/bench

files-y += boot/system.conf=stages/2-caps/system.conf

claims += kernel/cap/marks.h
claims += kernel/cap/log_later.h
claims += kernel/mm/wx.h
claims += kernel/sched/heap.h
claims += lib/archive lib/chunks lib/conf lib/postmortem lib/spawn lib/supervise protocols/init_log.h
claims += user/attack
claims += tests/host/check.h tests/host/cpio.h tests/test_lib_host.py
claims += tests/host/lib/chunks tests/host/lib/command_line tests/host/lib/conf tests/host/lib/postmortem tests/host/loader
claims += tests/test_bench.py
claims += tests/guest_boot.py tests/test_stress.py tests/test_ubsan.py
claims += tests/guest/kit tests/test_guest.py tests/test_restart.py
claims += tests/guest_machine.py tests/gdb_client.py
claims += tests/test_iommu.py tests/test_state.py tests/test_interrupts.py tests/test_device_memory.py
claims += tests/host/state tests/test_state_area.py tests/test_vault.py
claims += tests/host/init tests/host/supervise tests/test_supervise_host.py
