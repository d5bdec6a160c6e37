/* show count [FILE...]: the lines and bytes of its input, or of each file. */
#include "show.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int count(int file, const char *name)
{
	ssize_t got;
	unsigned long lines = 0, bytes = 0;
	char part[4096];

	while ((got = read(file, part, sizeof(part))) > 0) {
		bytes += (unsigned long)got;
		for (ssize_t i = 0; i < got; i++)
			lines += part[i] == '\n';
	}
	if (got < 0) {
		(void)fprintf(stderr, "count: %s: %s\n", name, strerror(errno));
		return 1;
	}
	printf("%s%s%lu lines, %lu bytes\n", name, *name ? ": " : "", lines, bytes);
	return 0;
}

int show_count(int words, char **word)
{
	int status = 0;

	if (words == 1)
		return count(STDIN_FILENO, "");
	for (int i = 1; i < words; i++) {
		int file = open(word[i], O_RDONLY);
		if (file < 0)
			(void)fprintf(stderr, "count: %s: %s\n", word[i], strerror(errno));
		status |= file < 0 ? 1 : count(file, word[i]);
		if (file >= 0)
			close(file);
	}
	return status;
}
