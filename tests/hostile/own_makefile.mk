# kind: rules
# does: a GNUmakefile at the top, which make would read before the grader's own
# as: GNUmakefile
# grade: 1.0.a
# ends: PASS
# notes: GNUmakefile: added, left out
$(shell touch @CANARY@)
all:
	touch @CANARY@
