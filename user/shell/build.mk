name   := shell
objs-y += main.o line.o editor.o keys.o history.o search.o last_word.o input.o run.o session.o complete.o output.o sink.o spool.o arguments.o duration.o scratch.o job.o bell.o foreground.o launch.o program.o pump.o spawn.o sandbox.o stream.o path.o calendar.o
objs-y += command.o interruptible.o nearest.o columns.o condition.o listing.o sort.o process.o keyed.o captable.o captree.o derived.o tree.o
objs-y += cmd_caps.o cmd_caps_tree.o cmd_cat.o cmd_cd.o cmd_clear.o cmd_cp.o cmd_date.o cmd_df.o cmd_dmesg.o cmd_echo.o cmd_free.o cmd_help.o cmd_history.o cmd_ipcbench.o cmd_jobs.o cmd_kill.o cmd_ln.o cmd_loadkeys.o cmd_ls.o cmd_lspci.o
objs-y += cmd_mkdir.o cmd_mount.o cmd_mv.o cmd_power.o cmd_ps.o cmd_pwd.o cmd_rm.o cmd_sleep.o cmd_sync.o cmd_test.o cmd_top.o cmd_touch.o cmd_trace.o cmd_true.o cmd_uname.o cmd_uptime.o
objs-y += lang/arena.o lang/lexer.o lang/parser.o lang/parse_compound.o lang/variables.o lang/params.o lang/match.o lang/arithmetic.o lang/shell.o
objs-y += lang/field.o lang/glob.o lang/expand.o lang/expand_dollar.o lang/expand_braces.o lang/redirect.o lang/describe.o lang/script.o
objs-y += lang/eval.o lang/eval_command.o lang/eval_loop.o lang/eval_pipeline.o lang/pipeline_parts.o lang/pipeline_start.o lang/special.o lang/special_flow.o lang/special_read.o lang/special_variables.o
