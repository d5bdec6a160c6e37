/* Requests that wait at a listener. */
#pragma once
#include "servers/pipe/pending.h"

/* Answers those that wait to accept or to connect, as far as they can be. */
void listen_settle(const struct channel *c);
