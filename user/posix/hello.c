/* A first program: it greets, and shows its arguments. */
#include <stdio.h>

int main(int count, char **words)
{
	printf("Hello from a process of its own, by musl's printf.\n");
	for (int i = 1; i < count; i++)
		printf("  argument %d: %s\n", i, words[i]);
	return 0;
}
