/*
 * The part of a restart that lwIP's public interface has no call for.
 *
 * The sender's queues are not rebuilt, but filled again: the block starts at the oldest byte that is not acknowledged, as if
 * nothing after it had been sent, and tcp_write queues the ring's bytes; only snd_nxt is the record's. lwIP itself is in this
 * position after a time-out: all segments are on `unsent`, some had been sent, and an acknowledgement may cover any of them.
 *
 * Congestion window, round-trip times, retransmission and persist timers and segments received out of order are not in the
 * record. The successor begins with them as a new connection does; the peer still has the segments.
 */
#include "tests/tried/tcp/rebuild.h"
#include "lwip/priv/tcp_priv.h"

#define FIRST_RTO 200 /* ms, until the successor has measured a round trip */

static void receiver_set(struct tcp_pcb *pcb, const struct record *r)
{
	bool synchronized = r->state != SYN_SENT;
	u32 window = (u32)RING_BYTES - (r->rcv_nxt - r->fin_in - r->freed);

	pcb->rcv_nxt = pcb->ts_lastacksent = r->rcv_nxt;
	pcb->ts_recent = r->ts_recent;
	if (synchronized)
		pcb->rcv_wnd = LWIP_MIN(window, TCP_WND_MAX(pcb));
	/* The room in the ring never moves back, so this edge is at or after each that was announced. */
	pcb->rcv_ann_wnd = pcb->rcv_wnd;
	pcb->rcv_ann_right_edge = pcb->rcv_nxt + pcb->rcv_wnd;
}

static void sender_set(struct tcp_pcb *pcb, const struct record *r)
{
	pcb->lastack = pcb->snd_lbb = r->una;
	/* From the first segment on, since the record must never go back: it would refuse the acknowledgement of a byte that the
	 * predecessor sent. */
	pcb->snd_nxt = r->snd_nxt;
	pcb->snd_wnd = pcb->snd_wnd_max = r->snd_wnd;
	pcb->snd_wl1 =
		r->rcv_nxt - 1; /* any segment that the peer sends from now on updates the window */
	pcb->snd_wl2 = r->una;
	pcb->cwnd = 4u * pcb->mss;
	pcb->rto = pcb->sv = FIRST_RTO / TCP_SLOW_INTERVAL;
}

static void options_set(struct tcp_pcb *pcb, const struct record *r)
{
	pcb->mss = r->mss;
	if (r->options & RECORD_WND_SCALE) {
		tcp_set_flags(pcb, TF_WND_SCALE);
		pcb->snd_scale = r->snd_scale;
		pcb->rcv_scale = TCP_RCV_SCALE;
	}
	if (r->options & RECORD_TIMESTAMP)
		tcp_set_flags(pcb, TF_TIMESTAMP);
	if (r->options & RECORD_SACK)
		tcp_set_flags(pcb, TF_SACK);
}

/* Whether the peer has acknowledged this side's FIN. */
static bool fin_acknowledged(const struct record *r)
{
	return r->fin_out && r->una == r->end + 1;
}

/* The state in which the block can take the bytes that are still to be sent, and the FIN after them. */
static enum tcp_state first_state(const struct record *r)
{
	if (r->state == SYN_SENT || r->state == SYN_RCVD || r->state == TIME_WAIT)
		return r->state;
	if (!fin_acknowledged(r))
		return r->fin_in && r->state != CLOSING ? CLOSE_WAIT : ESTABLISHED;
	if (!r->fin_in)
		return FIN_WAIT_2;
	return r->state == LAST_ACK ? LAST_ACK : TIME_WAIT;
}

struct tcp_pcb *rebuild_pcb(const struct record *r, struct tcp_pcb_listen *listener,
			    tcp_connected_fn connected)
{
	struct tcp_pcb *pcb = tcp_new();

	if (!pcb)
		return NULL;
	ip_addr_set_ip4_u32(&pcb->local_ip, r->local_ip);
	ip_addr_set_ip4_u32(&pcb->remote_ip, r->remote_ip);
	pcb->local_port = r->local_port;
	pcb->remote_port = r->remote_port;
	options_set(pcb, r);
	receiver_set(pcb, r);
	sender_set(pcb, r);
	pcb->state = first_state(r);
	if (pcb->state == TIME_WAIT) {
		TCP_REG(&tcp_tw_pcbs, pcb);
		return pcb;
	}
	TCP_REG_ACTIVE(pcb);
	if (pcb->state == SYN_RCVD) {
		pcb->listener = listener;
		tcp_backlog_delayed(pcb);
		tcp_enqueue_flags(pcb, TCP_SYN | TCP_ACK);
	} else if (pcb->state == SYN_SENT) {
		pcb->connected = connected;
		tcp_enqueue_flags(pcb, TCP_SYN);
	}
	return pcb;
}

void rebuild_fin(struct tcp_pcb *pcb, const struct record *r)
{
	if (tcp_send_fin(pcb) != ERR_OK)
		return;
	if (r->state == CLOSING)
		pcb->state = CLOSING;
	else
		pcb->state = r->fin_in ? LAST_ACK : FIN_WAIT_1;
}

void rebuild_go(struct tcp_pcb *pcb)
{
	/* In TIME_WAIT the peer has closed: it would answer an acknowledgement with a reset. */
	if (pcb->state > SYN_RCVD && pcb->state < TIME_WAIT)
		tcp_ack_now(pcb);
	tcp_output(pcb);
}
