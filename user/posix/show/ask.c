/* show ask [WORD...]: prints the words, or a question mark, reads a line of the terminal, and prints that. */
#include "show.h"
#include <stdio.h>
#include <unistd.h>

int show_ask(int count, char **words)
{
	ssize_t bytes;
	char line[1024];

	for (int i = 1; i < count; i++)
		printf("%s ", words[i]);
	if (count == 1)
		printf("? ");
	(void)fflush(stdout);
	bytes = read(STDIN_FILENO, line, sizeof(line));
	if (bytes < 0) {
		perror("ask");
		return 1;
	}
	if (bytes == 0) {
		printf("\nask: the end of the file\n");
		return 0;
	}
	if (line[bytes - 1] == '\n')
		bytes--;
	printf("<%.*s>, %zd bytes\n", (int)bytes, line, bytes);
	return 0;
}
