/* lwIP's hooks; lwIP itself includes this file. */
#pragma once
#include "lwip/ip_addr.h"
#include "lwip/pbuf.h"

struct tcp_hdr;
struct tcp_pcb;

/* Before each segment is sent, when its header is complete but for the checksum: writes the connection's record. */
u32_t *stack_before_segment(struct pbuf *p, struct tcp_hdr *header, const struct tcp_pcb *pcb,
			    u32_t *options);

/* A connection's first sequence number (RFC 6528). It must not come from a counter in the instance, which a successor would begin
 * again. */
u32_t stack_first_number(const ip_addr_t *local, u16_t local_port, const ip_addr_t *remote,
			 u16_t remote_port);
