# Stage 2: an unauthorised access is refused, and what was given is taken back.
STAGE_NAME := caps

kernel-y += kernel/cap/derive.o

programs-y += servers/init

protocols-y += servers/init/proc.idl servers/init/power.idl
