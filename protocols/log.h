/* The numbers of protocol log, for servers and clients alike. */
#pragma once

/* `source` of log.read; from 2 on it is the process id of a service. */
#define LOG_SOURCE_KERNEL 0u
#define LOG_SOURCE_INIT 1u

#define LOG_TEXT_MAX 252u /* bytes of a line; a longer one is cut into several */
