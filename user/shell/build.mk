name   := shell
objs-y += main.o line.o editor.o keys.o history.o parse.o complete.o output.o scratch.o job.o stream.o path.o calendar.o
objs-y += command.o interruptible.o nearest.o columns.o listing.o sort.o process.o keyed.o captable.o captree.o derived.o tree.o
objs-y += cmd_caps.o cmd_caps_tree.o cmd_cat.o cmd_cd.o cmd_clear.o cmd_cp.o cmd_date.o cmd_df.o cmd_dmesg.o cmd_echo.o cmd_free.o cmd_help.o cmd_ipcbench.o cmd_ln.o cmd_loadkeys.o cmd_ls.o cmd_lspci.o
objs-y += cmd_mkdir.o cmd_mount.o cmd_mv.o cmd_power.o cmd_ps.o cmd_pwd.o cmd_rm.o cmd_sync.o cmd_top.o cmd_touch.o cmd_trace.o cmd_uname.o cmd_uptime.o
