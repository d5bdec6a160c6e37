/* The beginning of a process, as its startup page describes it. */
#pragma once

/* Before the first call: takes descriptors and namespace from the startup page. */
void process_begin(void);
