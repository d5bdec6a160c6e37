/* The peer on Linux's side: a socket that sends one stream and checks the other; and the network between. */
#include "tests/tried/tcp/ends.h"
#include "tests/tried/tcp/trial.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct plan *plan;
static int listener = -1, peer = -1;
static u32 sent, received;
static bool ended, shut;
static u16 port;
static u64 reads_from; /* the time */

static struct sockaddr_in address_of(u32 ip, u16 at)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(at), .sin_addr.s_addr = htonl(ip)};
}

/* With a small buffer where its window is to close. */
static int socket_make(void)
{
	int made = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), bytes = 16 << 10;

	if (plan->out > SLOW_FROM)
		setsockopt(made, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	return made;
}

const char *peer_begin(const struct plan *new_plan)
{
	struct sockaddr_in own = address_of(LINUX_IP, 0);
	u32 bytes = sizeof(own);

	plan = new_plan;
	sent = received = 0;
	ended = shut = false;
	reads_from = now_ms() + (plan->out > SLOW_FROM ? SLOW_MS : 0);
	if (!plan->active)
		return NULL;
	listener = socket_make();
	if (bind(listener, (void *)&own, bytes) || listen(listener, 1) ||
	    getsockname(listener, (void *)&own, &bytes))
		return "Linux's side cannot listen";
	port = ntohs(own.sin_port);
	return NULL;
}

u16 peer_port(void)
{
	return port;
}

void peer_end(void)
{
	if (listener >= 0)
		close(listener);
	if (peer >= 0)
		close(peer);
	listener = peer = -1;
}

static const char *peer_open(void)
{
	struct sockaddr_in to = address_of(STACK_IP, STACK_PORT);

	if (plan->active) {
		peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
		return NULL;
	}
	if (!client_listens())
		return NULL;
	peer = socket_make();
	if (connect(peer, (void *)&to, sizeof(to)) && errno != EINPROGRESS)
		return "Linux's side cannot connect";
	return NULL;
}

static int state_of(int file)
{
	struct tcp_info info = {.tcpi_state = TCP_CLOSE};
	u32 bytes = sizeof(info);

	getsockopt(file, IPPROTO_TCP, TCP_INFO, &info, &bytes);
	return info.tcpi_state;
}

static const char *refused(const char *what)
{
	static char text[80];

	if (errno == EAGAIN || errno == ENOTCONN)
		return NULL;
	snprintf(text, sizeof(text), "Linux's %s: %s", what, strerror(errno));
	return text;
}

static const char *peer_send(void)
{
	u8 data[3000];
	u32 bytes = MIN(plan->in - sent, 900 + sent % 2100);
	i64 done;

	for (u32 i = 0; i < bytes; i++)
		data[i] = stream_byte(false, sent + i);
	done = send(peer, data, bytes, MSG_NOSIGNAL);
	if (done < 0)
		return refused("send");
	sent += (u32)done;
	return NULL;
}

static const char *peer_receive(void)
{
	u8 data[8192];
	i64 done = recv(peer, data, sizeof(data), 0);

	if (done < 0)
		return refused("recv");
	ended = done == 0;
	if (ended && received != plan->out)
		return "Linux's stream ended too early";
	for (ssize_t i = 0; i < done; i++, received++) {
		if (received == plan->out)
			return "Linux received too much";
		if (data[i] != stream_byte(true, received))
			return "Linux received a wrong byte";
	}
	return NULL;
}

static bool may_shut(void)
{
	if (sent != plan->in)
		return false;
	if (plan->order == CLIENT_FIRST)
		return ended;
	return plan->order == PEER_FIRST || client_has_held();
}

const char *peer_step(void)
{
	const char *failure = NULL;

	if (peer < 0)
		failure = peer_open();
	if (peer < 0 || failure || state_of(peer) == TCP_SYN_SENT)
		return failure;
	if (!ended && now_ms() >= reads_from)
		failure = peer_receive();
	if (!failure && sent != plan->in)
		failure = peer_send();
	if (!failure && !shut && may_shut()) {
		shutdown(peer, SHUT_WR);
		shut = true;
	}
	return failure;
}

void peer_wants(struct pollfd *file)
{
	file->fd = peer >= 0 ? peer : listener;
	file->events = (short)((ended || now_ms() < reads_from ? 0 : POLLIN) |
			       (peer >= 0 && sent != plan->in ? POLLOUT : 0));
	if (!file->events)
		file->fd = -1;
}

bool peer_has_all(void)
{
	return received == plan->out;
}

bool peer_has_shut(void)
{
	return shut;
}

bool peer_is_done(void)
{
	return ended && shut && state_of(peer) == TCP_CLOSE;
}

/* ---- The network ---- */

/* The lines of names and of values. */
static void read_counters(char *names, char *values, int bytes)
{
	FILE *file = fopen("/proc/self/net/snmp", "r");
	bool found = false;

	while (file && !found && fgets(names, bytes, file))
		found = !strncmp(names, "Tcp:", 4) && fgets(values, bytes, file);
	if (file)
		fclose(file);
	if (found)
		return;
	fprintf(stderr, "trial: /proc/self/net/snmp has no counters of TCP\n");
	exit(2);
}

u64 linux_count(const char *name)
{
	char names[1024], values[1024], *rest_of_names, *rest_of_values, *n, *v;

	read_counters(names, values, sizeof(names));
	n = strtok_r(names, " \n", &rest_of_names);
	v = strtok_r(values, " \n", &rest_of_values);
	while (n && v && strcmp(n, name)) {
		n = strtok_r(NULL, " \n", &rest_of_names);
		v = strtok_r(NULL, " \n", &rest_of_values);
	}
	if (n && v)
		return strtoul(v, NULL, 10);
	fprintf(stderr, "trial: Linux does not count %s\n", name);
	exit(2);
}

static void must(int result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "trial: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void address_set(int any, struct ifreq *request, unsigned long what, u32 ip)
{
	struct sockaddr_in address = address_of(ip, 0);

	memcpy(&request->ifr_addr, &address, sizeof(address));
	must(ioctl(any, what, request), "the device's address");
}

int tap_make(void)
{
	struct ifreq request = {.ifr_name = "trial"};
	int tap, any, quiet;

	must(unshare(CLONE_NEWNET), "a network namespace of its own");
	must(tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), "/dev/net/tun");
	request.ifr_flags = IFF_TAP | IFF_NO_PI;
	must(ioctl(tap, TUNSETIFF, &request), "a TAP device");
	/* Without IPv6, Linux sends nothing of itself on it. */
	quiet = open("/proc/sys/net/ipv6/conf/trial/disable_ipv6", O_WRONLY);
	if (quiet >= 0) {
		must((int)write(quiet, "1", 1), "disable_ipv6");
		close(quiet);
	}
	must(any = socket(AF_INET, SOCK_DGRAM, 0), "a socket");
	address_set(any, &request, SIOCSIFADDR, LINUX_IP);
	address_set(any, &request, SIOCSIFNETMASK, NET_MASK);
	request.ifr_flags = IFF_UP;
	must(ioctl(any, SIOCSIFFLAGS, &request), "the device up");
	close(any);
	return tap;
}
