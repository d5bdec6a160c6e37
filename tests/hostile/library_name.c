/* kind: rules
 * does: a file of the library defines the names of another one, and is linked in its place with each program
 * stage: 3
 * into: lib/fileserver/path.c
 * grade: start.a
 * ends: BUILD ERROR
 * prints: linking: path_link is defined twice
 */
#define FORGED(name)                                                                               \
	enum microk_status name(void);                                                             \
	enum microk_status name(void)                                                              \
	{                                                                                          \
		return OK;                                                                         \
	}
FORGED(path_link)
FORGED(path_rename)
FORGED(path_sync)
