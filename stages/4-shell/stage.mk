# Stage 4: a shell, for a keyboard and a screen, a terminal or a browser.
# First steps: type help and press Enter; then cat /etc/hello.txt, ps, or caps.
STAGE_NAME := shell

lib/terminal-y += ldisc.o ldisc_read.o line.o settings.o settings_message.o
lib/text-y += compose.o utf8.o width.o

protocols-y += protocols/log.idl
protocols-y += protocols/pipe.idl
protocols-y += protocols/power.idl
protocols-y += protocols/process.idl
protocols-y += protocols/tty.idl

# init's lines go to the log. Log and power come with their first users: the console, and a person at the shell.
servers/init-y += outbox.o

# proc, which serves /proc, serves processes, too.
servers/proc-y += badge.o cause.o divert.o ends.o family.o faults.o forking.o image.o jobs.o loader.o memory.o pages.o pending.o pieces.o pool.o process.o
servers/proc-y += processes.o programs.o reader.o region_list.o resting.o regions.o requests.o requests_family.o requests_thread.o signals.o spawning.o stack.o thread.o
servers/proc-y += timers.o waits.o world.o

programs-n += stages/3-vfs/tour
programs-y += servers/log
programs-y += servers/pipe
programs-y += servers/power
programs-y += drivers/console
programs-y += user/shell

files-y += boot/system.conf=stages/4-shell/system.conf
files-y += etc/motd=stages/4-shell/root/etc/motd

claims += tests/host/shell tests/test_shell_host.py tests/test_inside.py tests/test_gdb.py tests/test_terminal.py
claims += tools/font.py tests/host/console tests/test_console_host.py

tests-y += tests/guest/cats
tests-y += tests/guest/file_cost
tests-y += tests/guest/file_bench
tests-y += tests/guest/client
tests-y += tests/guest/pipes
tests-y += tests/guest/terminals
tests-y += tests/guest/console_killed
tests-y += tests/guest/console_load
tests-y += tests/guest/tried/processes
tests-y += tests/guest/tried/processes_tested
claims += tests/machines.toml tests/screen_text.py tests/test_machines.py
claims += tests/test_file_cost.py tests/test_leak.py tests/test_init_guest.py tests/test_switch_off.py tests/test_volumes.py
claims += docs/console.md tests/test_console_killed.py tests/test_console_guest.py
claims += lib/terminal lib/text protocols/log.h protocols/tty.h tests/host/log tests/host/power tests/test_log_host.py
claims += tests/tried/processes tests/test_tried_processes.py docs/tried-processes.md
claims += docs/shell.md tests/test_shell.py tests/test_shell_jobs.py
posix-y += user/posix/sleep.c
posix-tests-y += tests/posix/filter.c
claims += ports tools/port.py tests/tried/tcp tests/test_tried_tcp.py docs/tried-tcp.md

# C programs, with musl.
libc-y += attributes.o begin.o children.o descriptors.o directories.o entry.S.o epoll.o errors.o exec.o files.o fork.o futex.o groups.o ipc.o ipc.S.o limits.o
libc-y += local.o memory.o paths.o pipes.o poll.o pollers.o process.o program.o select.o self.o send.o signal.S.o signals.o sigwait.o spawn.o table.o
libc-y += terminal.o threads.o time.o timers.o transfer.o waiting.o
posix-y += user/posix/hello.c
posix-tests-y += tests/posix/attributes.c tests/posix/children.c tests/posix/costs.c tests/posix/crew.c tests/posix/crowd.c tests/posix/family.c
posix-tests-y += tests/posix/faults.c tests/posix/files.c tests/posix/forks.c tests/posix/poll.c tests/posix/running.c tests/posix/signals.c tests/posix/status.c tests/posix/terminal.c
posix-tests-y += tests/posix/threads.c
tests-y += tests/guest/processes_load
tests-y += tests/guest/processes_killed
claims += tests/posix tests/test_posix.py tests/test_processes.py docs/posix.md docs/processes.md
claims += servers/proc/badge.h servers/proc/cause.h servers/proc/image.h servers/proc/loader.h servers/proc/memory.h servers/proc/pages.h
claims += servers/proc/divert.h servers/proc/family.h servers/proc/faults.h servers/proc/jobs.h servers/proc/requests_parts.h servers/proc/signals.h
claims += servers/proc/spawning.h servers/proc/timers.h servers/proc/forking.h servers/proc/ends.h servers/proc/pending.h servers/proc/region_list.h
claims += servers/proc/pieces.h servers/proc/pool.h servers/proc/process.h servers/proc/programs.h servers/proc/resting.h servers/proc/regions.h servers/proc/requests.h
claims += servers/proc/stack.h servers/proc/thread.h servers/proc/waits.h servers/proc/world.h
claims += protocols/process.h user/libc user/posix tools/musl.py
claims += protocols/pipe.h tests/test_pipes.py tests/test_pseudo_terminals.py docs/pipes.md
