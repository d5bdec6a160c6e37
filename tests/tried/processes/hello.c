#include <stdio.h>

int main(void)
{
	printf("hello from musl, %d of %s\n", 42, "printf");
	return 7;
}
