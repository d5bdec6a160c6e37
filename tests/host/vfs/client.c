#include "client.h"
#include "lib/microk/slots.h"

cap_t client;

cap_t open_as(cap_t who, const char *path, u32 flags, enum microk_status *status)
{
	cap_t file = slot_alloc();

	*status = dir_open(who, &(struct dir_open_args){.flags = flags, .path = path}, file,
			   &(struct dir_open_result){0});
	if (*status == OK)
		return file;
	CHECK(!kernel_has(file));
	slot_free(file);
	return 0;
}

cap_t open_file(const char *path)
{
	enum microk_status s;
	cap_t file = open_as(client, path, 0, &s);

	if (s != OK)
		printf("%s: %s\n", path, status_name(s));
	CHECK(file != 0);
	return file;
}

const char *content(const char *path)
{
	static char text[1 << 17];
	struct file_read_result got;
	size_t used = 0;
	cap_t file = open_file(path);

	while (file_read(file, 896, &got) == OK && got.data_length > 0 &&
	       got.data_length < sizeof(text) - used) {
		memcpy(text + used, got.data, got.data_length);
		used += got.data_length;
	}
	text[used] = '\0';
	slot_drop(file);
	return text;
}

void check_content(const char *path, const char *want)
{
	const char *got = content(path);

	if (strcmp(got, want) != 0) {
		printf("%s:\n%swanted:\n%s", path, got, want);
		check_failures++;
	}
}

enum microk_status seek(cap_t file, i64 offset, u32 whence, struct file_seek_result *at)
{
	return file_seek(file, &(struct file_seek_args){.offset = offset, .whence = whence}, at);
}

enum microk_status stat_as(cap_t who, const char *path, struct dir_stat_result *out)
{
	return dir_stat(who, &(struct dir_stat_args){.path = path}, out);
}

u64 everything(void)
{
	return (u64)kernel_caps() << 40 | (u64)slots_free_count() << 20 | opening_count();
}
