#include "tests/tried/tcp/link.h"
#include "lwip/etharp.h"
#include "lwip/netif.h"
#include "netif/ethernet.h"
#include "tests/tried/tcp/deaths.h"
#include "tests/tried/tcp/trial.h"
#include <string.h>
#include <unistd.h>

#define FRAME_BYTES 1600
#define SPARED                                                                                     \
	12 /* frames at the beginning that are never lost: the first time-out is lwIP's 3 s */

static struct netif interface;
static int device;

/* Whether the filter loses this frame, on its way in or out. */
static bool is_lost(void)
{
	u64 number = ++deaths->frames;

	if (!deaths->lose || number < SPARED || number % deaths->lose)
		return false;
	deaths->lost++;
	return true;
}

static err_t frame_out(struct netif *netif, struct pbuf *p)
{
	u8 frame[FRAME_BYTES];
	u16 bytes = pbuf_copy_partial(p, frame, sizeof(frame), 0);

	(void)netif;
	point(POINT_FRAME_OUT);
	if (!is_lost() && write(device, frame, bytes) != bytes)
		return ERR_IF;
	point(POINT_FRAME_SENT);
	if (early_is_sent)
		point(POINT_EARLY);
	early_is_sent = false;
	return ERR_OK;
}

static err_t interface_init(struct netif *netif)
{
	static const u8 address[] = {2, 0, 0, 0, 0, 2};

	netif->name[0] = 't';
	netif->name[1] = 'p';
	netif->mtu = 1500;
	netif->hwaddr_len = sizeof(address);
	memcpy(netif->hwaddr, address, sizeof(address));
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
	netif->output = etharp_output;
	netif->linkoutput = frame_out;
	return ERR_OK;
}

void link_start(int tap)
{
	ip4_addr_t own = {lwip_htonl(STACK_IP)}, mask = {lwip_htonl(NET_MASK)},
		   gateway = {lwip_htonl(LINUX_IP)};

	device = tap;
	netif_add(&interface, &own, &mask, &gateway, NULL, interface_init, netif_input);
	netif_set_default(&interface);
	netif_set_link_up(&interface);
	netif_set_up(&interface);
}

/* A frame for which lwIP has no room is lost, as in a network. */
static void give(const u8 *frame, u16 bytes)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, bytes, PBUF_POOL);

	if (!p)
		return;
	pbuf_take(p, frame, bytes);
	if (interface.input(p, &interface) != ERR_OK)
		pbuf_free(p);
}

bool link_input(void)
{
	u8 frame[FRAME_BYTES];
	i64 bytes = read(device, frame, sizeof(frame));

	if (bytes <= 0)
		return false;
	point(POINT_FRAME_IN);
	if (!is_lost())
		give(frame, (u16_t)bytes);
	point(POINT_FRAME_USED);
	return true;
}
