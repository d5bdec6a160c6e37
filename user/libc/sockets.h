/* Sockets that are not connected yet, and datagrams to names. */
#pragma once
#include "user/libc/descriptors.h"

/* Whether it is a socket that is not connected. */
bool is_socket(const struct open_file *f);
/* Sends a datagram to the socket with the address, of `bytes` bytes. The bytes that were written, or a negative errno. */
long socket_send_to(const void *to, long bytes, const void *data, u64 size);
