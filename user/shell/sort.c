/* Heapsort (J. W. J. Williams, 1964): the greatest of the unsorted items is swapped to the end. */
#include "user/shell/sort.h"

struct heap {
	void *context;
	bool (*before)(void *context, size_t i, size_t j);
	void (*swap)(void *context, size_t i, size_t j);
};

/* Lets item `at` sink until no child belongs after it. Below `at`, no child belongs after its parent already. */
static void sink(const struct heap *h, size_t at, size_t count)
{
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= count)
			return;
		if (child + 1 < count && h->before(h->context, child, child + 1))
			child++;
		if (!h->before(h->context, at, child))
			return;
		h->swap(h->context, at, child);
		at = child;
	}
}

void sort(void *context, size_t count, bool (*before)(void *context, size_t i, size_t j),
	  void (*swap)(void *context, size_t i, size_t j))
{
	struct heap h = {context, before, swap};

	for (size_t at = count / 2; at-- > 0;)
		sink(&h, at, count);
	for (size_t end = count; end-- > 1;) {
		swap(context, 0, end);
		sink(&h, 0, end);
	}
}
