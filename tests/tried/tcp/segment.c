/*
 * A record is written before each segment that is sent, because a segment is what binds: it acknowledges bytes, announces a
 * window, or uses sequence numbers. A frame received binds nothing until it is answered; if the instance dies before, the frame
 * was lost, and TCP is made for that.
 */
#include "lwip/prot/tcp.h"
#include "tests/tried/tcp/deaths.h"
#include "tests/tried/tcp/hooks.h"
#include "tests/tried/tcp/stack.h"
#include <time.h>

/* ---- Clock and first sequence numbers ---- */

static u64 clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec * 1000000000 + (u64)now.tv_nsec;
}

/* The machine's clock and not the instance's: the peer drops a segment whose timestamp is older than the last (PAWS). */
u32_t sys_now(void)
{
	static u64 began;

	if (!began)
		began = clock_ns();
	return (u32_t)((clock_ns() -
			(deaths->omission == OMIT_CLOCK && deaths->deaths ? began : 0)) /
		       1000000);
}

u32_t stack_first_number(const ip_addr_t *local, u16_t local_port, const ip_addr_t *remote,
			 u16_t remote_port)
{
	u64 h = (u64)ip_addr_get_ip4_u32(local) << 32 | ip_addr_get_ip4_u32(remote);

	h = (h ^ ((u64)local_port << 16 | remote_port)) * 0x9e3779b97f4a7c15ul;
	return (u32_t)(h >> 32) + (u32_t)(clock_ns() / 4000);
}

/* ---- Records ---- */

u32 index_of(const struct connection *c)
{
	return (u32)(c - connections);
}

/* Copies from lwIP's block to a record. */
void stack_fill(struct record *r, const struct connection *c, const struct tcp_pcb *pcb,
		u32 snd_nxt)
{
	r->local_ip = ip_addr_get_ip4_u32(&pcb->local_ip);
	r->mss = pcb->mss;
	r->options = (u8)(((pcb->flags & TF_WND_SCALE) ? RECORD_WND_SCALE : 0) |
			  ((pcb->flags & TF_TIMESTAMP) ? RECORD_TIMESTAMP : 0) |
			  ((pcb->flags & TF_SACK) ? RECORD_SACK : 0));
	r->snd_scale = pcb->snd_scale;
	if (pcb->state == SYN_SENT || pcb->state == SYN_RCVD) {
		r->iss = pcb->lastack;
		r->end = r->iss + 1;
	}
	r->una = pcb->lastack;
	r->snd_wnd = pcb->snd_wnd;
	r->snd_nxt = snd_nxt;
	r->rcv_nxt = c->rx_end;
	r->ts_recent = pcb->ts_recent;
	r->fin_in = c->fin_in;
	/* While lwIP is in the middle of a segment its state may be ahead of the ring. */
	if (pcb->rcv_nxt == c->rx_end)
		r->state = (u8)pcb->state;
}

static void write_from(const struct connection *c, const struct tcp_pcb *pcb, u32 snd_nxt)
{
	struct record r = *record_at(index_of(c));

	stack_fill(&r, c, pcb, snd_nxt);
	record_write(index_of(c), &r);
}

void stack_record(u32 index)
{
	struct connection *c = &connections[index];

	if (c->pcb)
		write_from(c, c->pcb, c->pcb->snd_nxt);
}

/*
 * lwIP acknowledges once before it hands the bytes over: in tcp_receive, when a segment fills a gap and another gap is left.
 * Such an acknowledgement is limited to the bytes that are in the ring, and another follows when the bytes are.
 */
static void limit_acknowledgement(struct connection *c, const struct tcp_pcb *pcb,
				  struct tcp_hdr *header)
{
	if (pcb->rcv_nxt == c->rx_end)
		return;
	deaths->early++;
	early_is_sent = true;
	if (deaths->omission == OMIT_ACK_LIMIT)
		return;
	header->ackno = lwip_htonl(c->rx_end);
	c->ack_owed = true;
}

u32_t *stack_before_segment(struct pbuf *p, struct tcp_hdr *header, const struct tcp_pcb *pcb,
			    u32_t *options)
{
	u8_t flags = TCPH_FLAGS(header);
	struct connection *c = NULL;
	u32 end = lwip_ntohl(header->seqno) + p->tot_len - TCPH_HDRLEN_BYTES(header) +
		  !!(flags & (TCP_SYN | TCP_FIN));

	if (flags & TCP_RST)
		deaths->resets += !deaths->delivered;
	else if (pcb)
		c = tcp_ext_arg_get(pcb, stack_argument);
	if (!c)
		return options;
	limit_acknowledgement(c, pcb, header);
	c->dirty = true;
	if (deaths->omission == OMIT_RECORD_FIRST)
		return options;
	if ((s32_t)(end - pcb->snd_nxt) < 0)
		end = pcb->snd_nxt;
	write_from(c, pcb, end);
	return options;
}

/* After a frame: a state that changed without a segment sent. (OMIT_RECORD_FIRST: the records, in the wrong order.) */
void stack_write_after(void)
{
	for (u32 i = 0; i < RECORDS; i++) {
		struct connection *c = &connections[i];
		bool is_late = deaths->omission == OMIT_RECORD_FIRST && c->dirty;

		if (c->pcb && (is_late || c->pcb->state != record_at(i)->state))
			stack_record(i);
		c->dirty = false;
	}
}
