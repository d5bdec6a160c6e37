/* Signals, as the other calls cause them. */
#pragma once

#define SIGPIPE 13

/* To the calling thread, as raise sends it. */
long signal_send_self(long signal);
