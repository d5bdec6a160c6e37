# Stage 4: a person uses it, in a terminal or a browser.
STAGE_NAME := shell

protocols-y += drivers/console/tty.idl

programs-y += drivers/console
programs-y += user/shell

files-y += boot/system.conf=stages/4-shell/system.conf

claims += drivers/console user/shell
