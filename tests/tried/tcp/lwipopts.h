/* lwIP's options for the trial: with window scaling, timestamps and selective acknowledgements. */
#pragma once

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET 0
#define LWIP_NETCONN 0
#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define LWIP_UDP 0
#define LWIP_STATS 0
#define LWIP_NETIF_TX_SINGLE_PBUF 1

#define MEM_ALIGNMENT 8
#define MEM_SIZE (512 << 10)
#define MEMP_NUM_TCP_SEG 640
#define MEMP_NUM_PBUF 640
#define MEMP_NUM_TCP_PCB 8
#define MEMP_NUM_TCP_PCB_LISTEN 4
#define PBUF_POOL_SIZE 192
#define PBUF_POOL_BUFSIZE 1600

/* The successor's first segments wait for its first ARP answer. */
#define ARP_QUEUEING 1
#define ARP_QUEUE_LEN 64
#define MEMP_NUM_ARP_QUEUE 64

#define TCP_MSS 1460
#define TCP_WND (128 << 10) /* RING_BYTES: the window is the room in the ring */
#define TCP_SND_BUF (128 << 10)
#define TCP_SND_QUEUELEN 512
#define TCP_SNDLOWAT (2 * TCP_MSS)
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE 2
#define LWIP_TCP_TIMESTAMPS 1
#define LWIP_TCP_SACK_OUT 1
#define TCP_LISTEN_BACKLOG 1
#define TCP_DEFAULT_LISTEN_BACKLOG 4

/* A timer of 10 ms instead of 250 ms, because the trial has some thousand connections, and lwIP's time-outs are counted in its
 * ticks. TIME_WAIT, twice the second figure, must outlast Linux's time-outs: 200 ms for a FIN, then 400, 800, and 1600 ms. */
#define TCP_TMR_INTERVAL 10
#define TCP_MSL 2000ul

/* The public places where the trial's own code is called. */
#define LWIP_TCP_PCB_NUM_EXT_ARGS 1
struct tcp_hdr;
struct tcp_pcb;
struct pbuf;
struct ip_addr;
#define LWIP_HOOK_FILENAME "tests/tried/tcp/hooks.h"
#define LWIP_HOOK_TCP_OUT_ADD_TCPOPTS(p, header, pcb, options) \
	stack_before_segment(p, header, pcb, options)
#define LWIP_HOOK_TCP_ISN(local, local_port, remote, remote_port) \
	stack_first_number(local, local_port, remote, remote_port)
