# Stage 4: a person uses it, in a terminal or a browser.
STAGE_NAME := shell

programs-y += drivers/console user/shell

protocols-y += drivers/console/tty.idl
