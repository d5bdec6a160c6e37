/* Streams, and text. */
#define _GNU_SOURCE
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include "conform.h"

static void streams(void)
{
	char line[64], *got = NULL;
	size_t room = 0;
	struct stat s;

	FILE *f = fopen("f", "w");

	HOLDS("fopen", D, "w makes the file", f && stat("f", &s) == 0 && s.st_size == 0);
	HOLDS("fopen", D, "with the mode 0666 less the mask", (s.st_mode & 0777) == 0644);
	HOLDS("fprintf", R, "the number of bytes", fprintf(f, "%d %s\n", 12, "ab") == 6);
	HOLDS("fflush", D, "writes the bytes that wait",
	      fflush(f) == 0 && stat("f", &s) == 0 && s.st_size == 6);
	HOLDS("fclose", D, "likewise",
	      fputs("second\n", f) >= 0 && fclose(f) == 0 && stat("f", &s) == 0 && s.st_size == 13);
	HOLDS("fopen", E, "ENOENT: r, and no such file", !fopen("none", "r") && errno == ENOENT);
	HOLDS("fopen", E, "EINVAL: no such mode", !fopen("f", "q") && errno == EINVAL);
	HOLDS("fopen", E, "EEXIST: x, and the file exists", !fopen("f", "wx") && errno == EEXIST);
	f = fopen("f", "r+");
	HOLDS("fgets", D, "a line with its end", fgets(line, 64, f) && !strcmp(line, "12 ab\n"));
	HOLDS("ftell", R, "the offset", ftell(f) == 6);
	HOLDS("ungetc", D, "the next read returns it", ungetc('X', f) == 'X' && fgetc(f) == 'X');
	HOLDS("getline", D, "a line of any length",
	      getline(&got, &room, f) == 7 && !strcmp(got, "second\n"));
	HOLDS("feof", R, "only after a read at the end", !feof(f) && fgetc(f) == EOF && feof(f));
	HOLDS("fseek", D, "ends the end of the file",
	      fseek(f, -7, SEEK_END) == 0 && !feof(f) && fgetc(f) == 's');
	FAILS("fseek", EINVAL, "before the beginning", fseek(f, -1, SEEK_SET));
	rewind(f);
	HOLDS("fscanf", R, "the fields that were read",
	      fscanf(f, "%*d %2s", line) == 1 && !strcmp(line, "ab"));
	fclose(f);
	free(got);
	f = fopen("f", "a+");
	HOLDS("fopen", D, "a: each write goes to the end",
	      fseek(f, 0, SEEK_SET) == 0 && fputs("third\n", f) >= 0 && fclose(f) == 0 &&
		      stat("f", &s) == 0 && s.st_size == 19);
	f = fopen("f", "r");
	HOLDS("fputs", R, "EOF and the error's mark, of a stream to be read",
	      fputs("x", f) == EOF && ferror(f));
	EXCEPTION("fputs", E, "EBADF: a stream to be read", fputs("x", f) == EOF && errno == EBADF);
	clearerr(f);
	HOLDS("clearerr", D, "no error any more", !ferror(f));
	HOLDS("freopen", D, "another file by the same stream",
	      freopen("f", "w", f) == f && fputs("new", f) >= 0);
	fclose(f);
	f = tmpfile();
	HOLDS("tmpfile", D, "a file to be read and written",
	      f && fputs("t", f) >= 0 && fseek(f, 0, SEEK_SET) == 0 && fgetc(f) == 't');
	if (f)
		fclose(f);
	f = fmemopen(line, sizeof(line), "w");
	HOLDS("fmemopen", D, "writes into memory",
	      f && fputs("mem", f) >= 0 && fclose(f) == 0 && !strcmp(line, "mem"));
	f = open_memstream(&got, &room);
	HOLDS("open_memstream", D, "memory that grows",
	      f && fprintf(f, "%200d", 1) == 200 && fclose(f) == 0 && room == 200);
	free(got);
	HOLDS("rename", D, "of a file that was written", rename("f", "g") == 0 && remove("g") == 0);
}

static void text(void)
{
	char to[64], *rest;
	volatile size_t room = 4; /* the compiler would warn of it */

	wchar_t wide[8];

	HOLDS("snprintf", R, "the bytes that all would have taken",
	      snprintf(to, room, "%d", 123456) == 6 && !strcmp(to, "123"));
	HOLDS("snprintf", D, "%n$ chooses the argument",
	      snprintf(to, 64, "%2$s-%1$s", "a", "b") == 3 && !strcmp(to, "b-a"));
	HOLDS("snprintf", D, "%a, %e and %g of a double",
	      snprintf(to, 64, "%e %g", 0.1, 1e10) && !strcmp(to, "1.000000e-01 1e+10"));
	HOLDS("sscanf", D, "%[ takes a set",
	      sscanf("abc123", "%[a-z]", to) == 1 && !strcmp(to, "abc"));
	HOLDS("strtol", E, "ERANGE: out of range",
	      strtol("99999999999999999999", &rest, 10) == 0x7fffffffffffffff && errno == ERANGE);
	HOLDS("strtol", D, "the base of the prefix",
	      strtol("0x1F!", &rest, 0) == 31 && *rest == '!');
	HOLDS("strtod", D, "hexadecimal", strtod("0x1p-2", &rest) == 0.25);
	HOLDS("strtok_r", D, "each word",
	      (strcpy(to, "a,b"), !strcmp(strtok_r(to, ",", &rest), "a")) && !strcmp(rest, "b"));
	setlocale(LC_ALL, "C.UTF-8");
	HOLDS("mbstowcs", D, "UTF-8 in a locale that has it",
	      mbstowcs(wide, "a\xc3\xa9", 8) == 2 && wide[1] == 0xe9);
	HOLDS("mbrtowc", E, "EILSEQ: no character",
	      mbrtowc(wide, "\xff", 1, &(mbstate_t){0}) == (size_t)-1 && errno == EILSEQ);
	HOLDS("strerror", R, "a text for each error", strcmp(strerror(ENOENT), strerror(EEXIST)));
	HOLDS("confstr", R, "the standard path", confstr(_CS_PATH, to, sizeof(to)) > 1);
}

void conform_stdio(void)
{
	streams();
	text();
}
