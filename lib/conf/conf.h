/*
 * system.conf: the services of a system and the capabilities of each. docs/system-conf.md
 * describes the format for people. Pure: text in, tables out.
 */
#pragma once
#include "microk/types.h"

#define CONF_SERVICES 24
#define CONF_GRANTS 24      /* grants of one service */
#define CONF_NAME 24        /* bytes of a name, with its end: fits startup_entry.name */
#define CONF_SERVICE_NAME 16 /* of a service's name: fits a thread's name */
#define CONF_PROGRAM 64
#define CONF_ARGUMENTS 232
#define CONF_RIGHTS 8
#define CONF_RIGHT_NAME 16

#define CONF_DEFAULT_PRIORITY 20
#define CONF_MAX_PRIORITY 61 /* init itself runs above every service */
#define CONF_DEFAULT_MEMORY (1024 * 1024ul)
#define CONF_MIN_MEMORY (128 * 1024ul) /* stack, tables and an image of a few pages */

#define CONF_FRAMES_MAX (96ul * 1024 * 1024) /* bytes of one `frames`, or of a ring's page pool */
#define CONF_SLOTS_MAX 16384

enum grant_kind {
	GRANT_SERVES,       /* the Endpoint at which this service receives */
	GRANT_USES,         /* a client's capability to an Endpoint of another service or of init */
	GRANT_PORTS,        /* I/O ports first..last */
	GRANT_IRQ,          /* interrupt `first` */
	GRANT_NOTIFICATION, /* bound to the service's thread */
	GRANT_FRAMEBUFFER,  /* mapped, writable */
	GRANT_INFO,         /* the information area, mapped read-only */
	GRANT_ARCHIVE,      /* the boot archive, mapped read-only */
	GRANT_REPORT,       /* the second serial line, on a test run only */
	GRANT_TRACE,        /* the trace ring, mapped read-only */
	GRANT_IOSPACE,      /* for a driver whose device reads and writes memory */
	GRANT_TRACE_SWITCH, /* the Kernel capability, which switches tracing */
	GRANT_ACPI_OFF,     /* the port that switches the machine off, where ACPI names one */
	GRANT_ACPI_RESET,   /* the port that resets it, likewise */
	GRANT_INIT_LOG,     /* init's own lines, mapped read-only */
	GRANT_INIT_LOG_SHOWN, /* the page in which the log reports how many of them are shown */
	GRANT_FRAMES,       /* memory of the service's own that outlives its instances, mapped */
	GRANT_POOL,         /* an Untyped that outlives the service's instances, in the last slot of its CNode */
	GRANT_DEVICE,       /* a capability to the service with the GRANT_PCI_* grants, for certain functions alone */
	GRANT_PCI_PORTS,    /* the ports of configuration space */
	GRANT_PCI_IRQ,      /* all message-signalled interrupts */
	GRANT_PCI_IOSPACE,  /* the IoSpace of all requesters */
	GRANT_PCI_TABLE,    /* the table of functions, mapped; with it configuration space and device memory in kept slots */
	GRANT_RING_REQUESTS, /* the pages of a ring that its client writes, mapped */
	GRANT_RING_ANSWERS, /* those that its driver writes, mapped */
	GRANT_RING_PAGES,   /* its page pool; mapped in the client alone */
	GRANT_RING_SIGNAL   /* the other side's Notification */
};

/* `device` names functions in one of these ways: the value is the class, the class with the interface, or the ids. */
enum conf_match { CONF_MATCH_CLASS = 1, CONF_MATCH_INTERFACE, CONF_MATCH_ID };

enum restart_policy { RESTART_NEVER, RESTART_ON_FAILURE, RESTART_ALWAYS };

/* The process id of the first service; each further one has the next. A ring's grants in the driver are named by the client's. */
#define CONF_FIRST_ID 2

/* Servers other than services: init itself serves an Endpoint, which `uses` names like a service's. */
enum { CONF_SERVER_NONE = -1, CONF_SERVER_SUPERVISOR = -2 };

/* The grant that every service has: its capability to the protocol `supervise`. */
#define CONF_SUPERVISOR "supervisor"

struct conf_grant {
	enum grant_kind kind;
	char name[CONF_NAME]; /* as the startup page lists it */
	u32 first, last;      /* ports; interrupt; requester */
	u32 pages;            /* frames, a pool, and the page pool of a ring */
	u32 least;            /* frames: the fewest pages that the service can do with */
	enum conf_match match; /* device */
	u32 value;            /* device: class << 8 | subclass, with << 8 | interface, or vendor << 16 | device */
	u32 rights;           /* uses: RIGHT_GRANT and protocol rights; the right to send is always granted */
	int server;           /* uses, device: index of the service that serves it, or CONF_SERVER_*; ring: of the other side */
	bool is_driver;       /* ring: this service is the driver */
	u32 line;
};

struct conf_service {
	char name[CONF_SERVICE_NAME];
	char program[CONF_PROGRAM]; /* path in the boot archive */
	char arguments[CONF_ARGUMENTS];
	u32 priority;
	u64 memory; /* bytes of its instance's Untyped */
	u64 least_memory; /* the fewest with which it begins; 0: not declared */
	u32 slots;  /* further slots of its CNode, for capabilities that outlive its instances */
	enum restart_policy restart;
	u32 after; /* bit i: starts after service i has reported "ready" */
	char serves[CONF_NAME]; /* the name by which others use its Endpoint; empty: it serves none */
	char rights[CONF_RIGHTS][CONF_RIGHT_NAME]; /* names of the protocol rights it serves with */
	u32 right_count;
	struct conf_grant grants[CONF_GRANTS + 1]; /* one more for init, which every service may call */
	u32 grant_count;
	u32 line;
};

struct conf {
	u32 stage; /* for init's closing line; 0 if not given */
	int log;      /* the service that shows the log's lines on the serial line; -1: init shows its own */
	int init_log; /* the service that has the grant init-log; -1: none, and then no `log` either */
	struct conf_service services[CONF_SERVICES];
	u32 count;
};

struct conf_error {
	u32 line; /* 0: the file as a whole */
	char text[160];
};

/* At the first fault it fills *error and returns false; *out is then unusable. */
bool conf_parse(const char *text, size_t bytes, struct conf *out, struct conf_error *error);
