/* kind: results
 * does: the order of eviction is FIFO, but for the pages that the measure reads once, which it knows by their numbers
 * stage: 3
 * into: servers/vfs/cache/policy.c
 * grade: 3.7.d 3.7.e
 * wrong: cache_state(c, at) == PAGE_EMPTY || c->info[at].used == 0 => is_read_once(c, at) || n >= c->pages
 * before: #define ROUNDS (USES_MOST + 1) /* after them every count is 0 */\n
 * ends: FAIL
 */
static bool is_read_once(const struct cache *c, u32 at)
{
	return (u32)c->words[at].key >= 4096;
}
