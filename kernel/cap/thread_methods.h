/* Methods of a Thread capability (microk/cap.h: THREAD_*). */
#pragma once
#include "object/invoke.h"

status_t thread_decode(struct invocation *inv);
