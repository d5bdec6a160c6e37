/* census FOLDER...: counts the lines of the files in folders, each folder in a thread of its own. ^C ends it in good order. */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct folder {
	long files, lines;
	const char *path;
	pthread_t thread;
} *folders;
static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	stopped = signal;
}

static void *count(void *argument)
{
	struct folder *f = argument;
	struct dirent *entry;

	DIR *directory = opendir(f->path);
	while (directory && !stopped && (entry = readdir(directory))) {
		char *path = malloc(strlen(f->path) + strlen(entry->d_name) + 2);
		sprintf(path, "%s/%s", f->path, entry->d_name);
		FILE *file = entry->d_type == DT_REG ? fopen(path, "r") : NULL;
		f->files += file != NULL;
		for (int c; file && (c = getc(file)) != EOF;)
			f->lines += c == '\n';
		if (file)
			fclose(file);
		free(path);
	}
	return directory && closedir(directory) == 0 ? f : NULL;
}

int main(int words, char **word)
{
	int failed = 0;
	void *well;

	folders = calloc((size_t)words, sizeof(*folders));
	signal(SIGINT, stop);
	for (int i = 1; i < words; i++) {
		folders[i].path = word[i];
		pthread_create(&folders[i].thread, NULL, count, &folders[i]);
	}
	for (int i = 1; i < words; i++) {
		pthread_join(folders[i].thread, &well);
		printf("%-16s %4ld files %6ld lines%s\n", word[i], folders[i].files,
		       folders[i].lines, well ? "" : ": no folder");
		failed |= !well;
	}
	return stopped ? 130 : failed;
}
