name   := shell
objs-y += main.o line.o editor.o keys.o history.o parse.o complete.o output.o stream.o path.o
objs-y += command.o nearest.o columns.o listing.o sort.o process.o captable.o captree.o derived.o tracetable.o
objs-y += cmd_caps.o cmd_caps_tree.o cmd_cat.o cmd_cd.o cmd_clear.o cmd_date.o cmd_dmesg.o cmd_echo.o cmd_help.o cmd_ipcbench.o cmd_ls.o
objs-y += cmd_power.o cmd_ps.o cmd_pwd.o cmd_trace.o cmd_uname.o cmd_uptime.o
