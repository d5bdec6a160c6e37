/* Directories and names. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conform.h"

static void touch(const char *name)
{
	close(open(name, O_CREAT | O_WRONLY, 0644));
}

static bool there(const char *name)
{
	struct stat s;

	return lstat(name, &s) == 0;
}

static void making(void)
{
	struct stat s;

	HOLDS("mkdir", R, "0", mkdir("d", 0777) == 0);
	HOLDS("mkdir", D, "a directory, with the mode less the mask",
	      stat("d", &s) == 0 && S_ISDIR(s.st_mode) && (s.st_mode & 0777) == 0755);
	FAILS("mkdir", EEXIST, "the name exists", mkdir("d", 0777));
	FAILS("mkdir", ENOENT, "no such directory above", mkdir("none/d", 0777));
	touch("f");
	FAILS("mkdir", ENOTDIR, "a part of the path is no directory", mkdir("f/d", 0777));
	HOLDS("mkdir", D, "the link count of the directory above grows",
	      stat(".", &s) == 0 && s.st_nlink == 3);
	FAILS("rmdir", ENOTDIR, "it is no directory", rmdir("f"));
	FAILS("rmdir", ENOENT, "no such name", rmdir("none"));
	touch("d/f");
	HOLDS("rmdir", E, "ENOTEMPTY or EEXIST: it has an entry",
	      rmdir("d") == -1 && (errno == ENOTEMPTY || errno == EEXIST));
	FAILS("rmdir", EINVAL, "the last part of the path is a dot", rmdir("d/."));
	FAILS("unlink", ENOENT, "no such name", unlink("none"));
	HOLDS("unlink", E, "EPERM or EISDIR: it is a directory",
	      unlink("d") == -1 && (errno == EPERM || errno == EISDIR));
	HOLDS("unlinkat", D, "without a flag as unlink", unlinkat(AT_FDCWD, "d/f", 0) == 0);
	HOLDS("unlinkat", D, "AT_REMOVEDIR as rmdir", unlinkat(AT_FDCWD, "d", AT_REMOVEDIR) == 0);
	FAILS("unlinkat", EINVAL, "an unknown flag", unlinkat(AT_FDCWD, "f", 0x40000000));
	int fd = open("f", O_RDWR);
	HOLDS("unlink", D, "an open file stays until it is closed",
	      unlink("f") == 0 && write(fd, "x", 1) == 1 && fstat(fd, &s) == 0 && s.st_nlink == 0);
	close(fd);
	HOLDS("remove", D, "of a file as unlink", (touch("f"), remove("f") == 0));
	HOLDS("remove", D, "of a directory as rmdir", mkdir("d", 0700) == 0 && remove("d") == 0);
}

static void links(void)
{
	struct stat a, b;
	char to[8] = "........";

	touch("a");
	HOLDS("link", D, "a second name of the same file",
	      link("a", "b") == 0 && stat("a", &a) == 0 && stat("b", &b) == 0 &&
		      a.st_ino == b.st_ino && a.st_nlink == 2);
	FAILS("link", EEXIST, "the new name exists", link("a", "b"));
	FAILS("link", ENOENT, "no such name", link("none", "c"));
	HOLDS("symlink", R, "0", symlink("a", "l") == 0);
	FAILS("symlink", EEXIST, "the name exists", symlink("a", "l"));
	HOLDS("symlink", D, "the target need not exist",
	      symlink("none", "l2") == 0 && there("l2") && access("l2", F_OK) == -1);
	HOLDS("readlink", D, "as many bytes as there are, without a zero",
	      readlink("l2", to, 8) == 4 && !memcmp(to, "none....", 8));
	HOLDS("readlink", D, "no more than there is room for", readlink("l2", to, 2) == 2);
	FAILS("readlink", EINVAL, "it is no symbolic link", readlink("a", to, 8));
	FAILS("readlink", ENOENT, "no such name", readlink("c", to, 8));
	HOLDS("linkat", D, "AT_SYMLINK_FOLLOW: to the file that the link names",
	      linkat(AT_FDCWD, "l", AT_FDCWD, "c", AT_SYMLINK_FOLLOW) == 0 && lstat("c", &b) == 0 &&
		      b.st_ino == a.st_ino);
	HOLDS("rename", D, "both names of one file: nothing happens",
	      rename("a", "b") == 0 && there("a") && there("b"));
	HOLDS("rename", D, "takes the place of a file",
	      (touch("n"), rename("n", "b") == 0) && !there("n") && stat("b", &b) == 0 &&
		      b.st_ino != a.st_ino);
	FAILS("rename", ENOENT, "no such name", rename("n", "b"));
	mkdir("d", 0755);
	mkdir("e", 0755);
	FAILS("rename", EISDIR, "a file to a directory's name", rename("a", "d"));
	FAILS("rename", ENOTDIR, "a directory to a file's name", rename("d", "a"));
	FAILS("rename", EINVAL, "a directory into itself", rename("d", "d/x"));
	HOLDS("rename", D, "takes the place of an empty directory",
	      rename("d", "e") == 0 && !there("d"));
	touch("e/f");
	mkdir("d", 0755);
	HOLDS("rename", E, "ENOTEMPTY or EEXIST: the directory has entries",
	      rename("d", "e") == -1 && (errno == ENOTEMPTY || errno == EEXIST));
	HOLDS("renameat", D, "relative to a directory",
	      renameat(AT_FDCWD, "e/f", AT_FDCWD, "d/g") == 0);
	unlink("d/g");
	rmdir("d");
	rmdir("e");
	unlink("a");
	unlink("b");
	unlink("c");
	unlink("l");
	unlink("l2");
}

static int not_dots(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static void listing(void)
{
	char name[16];
	int seen = 0, dots = 0;
	struct dirent *e, **all = NULL;

	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "f%02d", i);
		touch(name);
	}
	DIR *d = opendir(".");
	HOLDS("opendir", R, "an object", d);
	while ((e = readdir(d))) {
		dots += e->d_name[0] == '.';
		seen += e->d_name[0] == 'f';
	}
	HOLDS("readdir", D, "each entry once", seen == 20);
	HOLDS("readdir", D, "dot and dot-dot, if there are entries for them", dots == 2);
	HOLDS("readdir", R, "NULL at the end, and errno stays", (errno = 0, !readdir(d) && !errno));
	rewinddir(d);
	for (int i = 0; i < 7; i++)
		e = readdir(d);
	long place = telldir(d);
	strcpy(name, readdir(d)->d_name);
	while (readdir(d))
		;
	seekdir(d, place);
	HOLDS("seekdir", D, "to a place that telldir returned", !strcmp(readdir(d)->d_name, name));
	touch("later");
	rewinddir(d);
	for (seen = 0; (e = readdir(d));)
		seen += !strcmp(e->d_name, "later");
	HOLDS("rewinddir", D, "shows what opendir would show now", seen == 1);
	struct stat s, t;
	HOLDS("dirfd", R, "the directory's descriptor",
	      fstat(dirfd(d), &s) == 0 && stat(".", &t) == 0 && s.st_ino == t.st_ino);
	HOLDS("closedir", R, "0", closedir(d) == 0);
	HOLDS("opendir", E, "ENOENT: no such directory", !opendir("none") && errno == ENOENT);
	HOLDS("opendir", E, "ENOTDIR: it is none", !opendir("f00") && errno == ENOTDIR);
	HOLDS("fdopendir", E, "EBADF: fd is not open", !fdopendir(61) && errno == EBADF);
	int n = scandir(".", &all, not_dots, alphasort);
	HOLDS("scandir", D, "chosen and sorted",
	      n == 21 && !strcmp(all[0]->d_name, "f00") && !strcmp(all[20]->d_name, "later"));
	while (n-- > 0)
		free(all[n]);
	free(all);
	glob_t g;
	HOLDS("glob", D, "the paths that match, sorted",
	      glob("f1?", 0, NULL, &g) == 0 && g.gl_pathc == 10 && !strcmp(g.gl_pathv[9], "f19"));
	globfree(&g);
	HOLDS("glob", R, "GLOB_NOMATCH", glob("x*", 0, NULL, &g) == GLOB_NOMATCH);
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "f%02d", i);
		unlink(name);
	}
	unlink("later");
}

static int walked;

static int walk(const char *path, const struct stat *s, int kind, struct FTW *at)
{
	(void)path, (void)s;
	walked += kind == FTW_F && at->level == 2 ? 100 : 1;
	return 0;
}

static void working(void)
{
	char before[PATH_MAX], now[PATH_MAX], tiny[2];

	HOLDS("getcwd", R, "its buffer",
	      getcwd(before, sizeof(before)) == before && before[0] == '/');
	HOLDS("getcwd", E, "ERANGE: too little room", !getcwd(tiny, 2) && errno == ERANGE);
	HOLDS("getcwd", E, "EINVAL: no room at all", !getcwd(tiny, 0) && errno == EINVAL);
	mkdir("d", 0755);
	touch("d/f");
	HOLDS("chdir", D, "relative paths begin there", chdir("d") == 0 && access("f", F_OK) == 0);
	getcwd(now, sizeof(now));
	HOLDS("getcwd", D, "the path of the new one",
	      !strncmp(now, before, strlen(before)) && !strcmp(now + strlen(before), "/d"));
	FAILS("chdir", ENOTDIR, "it is no directory", chdir("f"));
	FAILS("chdir", ENOENT, "no such directory", chdir("none"));
	int fd = open("..", O_RDONLY);
	HOLDS("fchdir", D, "to an open directory", fchdir(fd) == 0 && access("d/f", F_OK) == 0);
	close(fd);
	FAILS("fchdir", EBADF, "fd is not open", fchdir(61));
	symlink("d", "l");
	HOLDS("realpath", D, "without dots and symbolic links",
	      realpath("./l/../l/f", now) && !strcmp(now + strlen(before), "/d/f"));
	HOLDS("realpath", E, "ENOENT: no such file", !realpath("none", now) && errno == ENOENT);
	HOLDS("nftw", D, "each file of a tree, with its level",
	      nftw("../directories", walk, 4, FTW_PHYS) == 0 && walked == 103);
	unlink("d/f");
	unlink("l");
	rmdir("d");
	char template[] = "tmpXXXXXX", dir[] = "dirXXXXXX";
	fd = mkstemp(template);
	HOLDS("mkstemp", D, "a new file with that name", fd >= 0 && there(template));
	close(fd);
	unlink(template);
	HOLDS("mkdtemp", D, "a new directory with that name",
	      mkdtemp(dir) == dir && rmdir(dir) == 0);
	HOLDS("pathconf", R, "the longest name", pathconf(".", _PC_NAME_MAX) == 255);
}

void conform_directories(void)
{
	making();
	links();
	listing();
	working();
}
