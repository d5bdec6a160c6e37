/* The process server's part of proc: from stage 4 on. In stage 3, proc serves /proc alone. */
#pragma once
#include "lib/fileserver/serve.h"

/* Takes over the processes of the instance before, if system.conf grants this one "processes", and has the requests
 * about them served by the loop of `files`. */
enum microk_status processes_open(struct fileserver *files);
