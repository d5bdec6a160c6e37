/* The terminal's foreground group, which the process server keeps for each session: tcgetpgrp and tcsetpgrp. */
#pragma once

/* The group, or a negative errno. */
long group_foreground(void);
long group_set_foreground(long group);
