/* Signals, as the other calls cause them. */
#pragma once

#define SIGPIPE 13

/* To the calling thread, as raise sends it: it takes the signal at the end of its call. */
long signal_send_self(long signal);
