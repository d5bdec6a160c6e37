/* Where the fast path finds things in an endpoint. endpoint.h checks them. */
#pragma once

#define ENDPOINT_RECEIVERS 16
#define ENDPOINT_SENDERS 32
#define ENDPOINT_CLOSED 48
#define ENDPOINT_MESSAGES 64
