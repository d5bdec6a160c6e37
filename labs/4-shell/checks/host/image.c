/* Exercise 4.1, ELF load: the headers of programs, good ones and all kinds of damaged ones. */
#include "image_fakes.h"
#include "unit.h"
#include <string.h>

#define SEGMENTS_MOST 16u
#define ET_DYN 3
#define BASE 0x400000ul
#define FILE_BYTES 0x9000ul
#define AS_STATED "address, bytes and offset are those of the segment"
#define RIGHTS "PF_W allows writes, PF_X execution"
#define IN_THE_FILE                                                                                \
	"compare the length with the rest after the offset: offset + length may be more than 64 "  \
	"bits hold"
#define APART                                                                                      \
	"a page has one protection: a segment must begin after the last page of the one before "   \
	"it, and all of its bytes in memory count"
#define ENTRY                                                                                      \
	"the first instruction lies in the part of an executable segment that the file contains"

struct file {
	struct elf_header head;
	struct elf_program_header segments[SEGMENTS_MOST];
};
static struct file *f;

static void add(u32 type, u32 flags, u64 offset, u64 address, u64 file_bytes, u64 memory_bytes)
{
	f->segments[f->head.phnum++] = (struct elf_program_header){
		.type = type,
		.flags = flags | 4,
		.offset = offset,
		.vaddr = address,
		.filesz = file_bytes,
		.memsz = memory_bytes,
		.align = PAGE_SIZE};
}

static void begin_as(u16 type, u64 base)
{
	f = unit_object(64, sizeof(*f));
	memset(f, 0, sizeof(*f));
	memcpy(f->head.ident, ELF_IDENT, ELF_IDENT_BYTES);
	f->head.type = type;
	f->head.machine = EM_X86_64;
	f->head.version = 1;
	f->head.entry = base + 0x1010;
	f->head.phoff = sizeof(f->head);
	f->head.phentsize = sizeof(f->segments[0]);
}

/* Constants with the headers, text, and data with a tail of zeros. */
static void begin(void)
{
	begin_as(ET_EXEC, BASE);
	add(PT_LOAD, 0, 0, BASE, 0x800, 0x800);
	add(PT_LOAD, PF_X, 0x1000, BASE + 0x1000, 0x1800, 0x1800);
	add(PT_LOAD, PF_W, 0x3020, BASE + 0x3020, 0x900, 0x5000);
}

static bool runs(void)
{
	return is_program((const u8 *)f, sizeof(*f), FILE_BYTES, 0);
}

static void want_good(const char *what, const char *cause)
{
	WANT(runs(), cause, text("%s: no defect", what), text("\"%s\"", defect));
}

static void want_defect(const char *what, const char *cause)
{
	WANT(!runs(), cause, text("%s: a defect", what), "no defect");
}

static void want_part(u32 i, const struct elf_program_header *p, u64 base)
{
	const struct image_part *part = &image.parts[i];

	WANT_U64(text("address of part %u", i), base + p->vaddr, part->address, AS_STATED);
	WANT_U64(text("bytes in memory of part %u", i), p->memsz, part->memory_bytes, AS_STATED);
	WANT_U64(text("offset in the file of part %u", i), p->offset, part->offset, AS_STATED);
	WANT_U64(text("bytes in the file of part %u", i), p->filesz, part->file_bytes,
		 AS_STATED "; the rest of its memory is zero");
	WANT_U64(text("part %u may be written", i), !!(p->flags & PF_W), part->write, RIGHTS);
	WANT_U64(text("part %u may be executed", i), !!(p->flags & PF_X), part->exec, RIGHTS);
}

/* ---- the checks ---- */
static void parts(void)
{
	begin();
	want_good("a program with three segments", NULL);
	WANT_U64("parts", 3, image.count, NULL);
	for (u32 i = 0; i < 3; i++)
		want_part(i, &f->segments[i], 0);
}

static void entry_and_headers(void)
{
	begin();
	f->head.entry = BASE + 0x1000 + unit_random(1) % 0x1000;
	want_good("a program", NULL);
	WANT_U64("entry point", f->head.entry, image.entry, NULL);
	WANT_U64("number of program headers", 3, image.header_count,
		 "the program itself counts all of them, not only those that are loaded");
	WANT_U64("address of the program headers", BASE + sizeof(f->head), image.headers,
		 "they lie at phoff in the file: in memory as far from the beginning of the "
		 "segment that contains that");
	f->segments[0].offset = 0x4000;
	want_good("a program whose headers are not loaded", NULL);
	WANT_U64("address of the program headers, which are in no segment", 0, image.headers,
		 "0: they are not in memory");
}

static void independent(void)
{
	const u64 base = 0x7000000;

	begin_as(ET_DYN, 0);
	add(PT_LOAD, 0, 0, 0, 0x800, 0x800);
	add(PT_LOAD, PF_X, 0x1000, 0x1000, 0x800, 0x800);
	WANT(is_program((const u8 *)f, sizeof(*f), FILE_BYTES, base),
	     "a position-independent program's addresses begin at 0: it is placed at `base`",
	     "a position-independent program: no defect", text("\"%s\"", defect));
	for (u32 i = 0; i < 2; i++)
		want_part(i, &f->segments[i], base);
	WANT_U64("entry point", base + f->head.entry, image.entry, "it moves with the segments");
	WANT_U64("address of the program headers", base + sizeof(f->head), image.headers,
		 "they move with the segments");
	begin();
	WANT(is_program((const u8 *)f, sizeof(*f), FILE_BYTES, base), NULL,
	     "a program of fixed addresses: no defect", text("\"%s\"", defect));
	WANT_U64("entry point of a program of fixed addresses", f->head.entry, image.entry,
		 "only ET_DYN is placed at `base`");
	want_part(1, &f->segments[1], 0);
}

static void left_out(void)
{
	begin();
	f->segments[2].offset = 0x3000, f->segments[2].vaddr = BASE + 0x3000;
	add(6, 0, 64, BASE + 64, 0x100, 0x100);          /* PT_PHDR: a part of the first */
	add(0x6474e551, PF_W, 0, 0, 0, 0);               /* PT_GNU_STACK */
	add(0x6474e552, 0, 0x3020, BASE + 0x3020, 1, 1); /* PT_GNU_RELRO */
	add(PT_LOAD, PF_W, 0x3000, BASE + 0x3000, 0, 0); /* empty */
	want_good("a program with headers that are not loaded",
		  "only PT_LOAD becomes a part, and only if it has bytes in memory; no "
		  "other one is checked");
	WANT_U64("parts", 3, image.count, NULL);
	add(PT_INTERP, 0, 0x100, BASE + 0x100, 20, 20);
	want_defect("a program that asks for a dynamic linker (PT_INTERP)",
		    "there is no dynamic linker: its jumps lead nowhere");
}

static void too_many(void)
{
	for (u32 count = 7; count <= 10; count++) {
		begin_as(ET_EXEC, BASE);
		for (u32 i = 0; i < count; i++)
			add(PT_LOAD, i == 1 ? PF_X : 0, i * PAGE_SIZE % FILE_BYTES,
			    BASE + i * PAGE_SIZE, i == 9 ? 0 : 0x100, 0x100);
		if (count <= IMAGE_PARTS)
			want_good(text("a program with %u segments", count),
				  "IMAGE_PARTS of them have room");
		else
			want_defect(text("one with %u, of which %u have room", count, IMAGE_PARTS),
				    "the place after the last part is not the image's");
	}
}

static void in_the_file(void)
{
	begin();
	f->segments[2].filesz = f->segments[2].memsz + 1;
	want_defect("a segment that is longer in the file than in memory",
		    "its last bytes would overwrite those of its neighbour");
	begin();
	f->segments[2].offset = FILE_BYTES - 0xfe0, f->segments[2].filesz = 0xfe0;
	want_good("a segment that ends with the file", NULL);
	f->segments[2].filesz++;
	want_defect("one whose last byte is the first after the file", IN_THE_FILE);
	begin();
	f->segments[2].offset = 0x100000020;
	want_defect("a segment that begins after the file's end", IN_THE_FILE);
	begin();
	f->segments[2].offset = -0xfe0ul, f->segments[2].filesz = 0x1100;
	want_defect("a segment of 4,352 bytes at offset 2^64 - 4,064", IN_THE_FILE);
}

static void in_the_space(void)
{
	static const struct {
		u64 address, bytes;
		const char *what;
	} of[] = {{PROCESS_BOTTOM - PAGE_SIZE, 0x1000, "below the lowest address"},
		  {PROCESS_STACK_END - PAGE_SIZE, PAGE_SIZE + 1, "that reaches into the stack"},
		  {PROCESS_STACK_END, 0x1000, "in the stack"},
		  {-PAGE_SIZE, 0x900, "at the end of all addresses"},
		  {BASE + 0x4000, -0x1000ul, "that goes round the end of all addresses"}};

	for (u32 i = 0; i < ARRAY_LEN(of); i++) {
		begin();
		f->segments[2].offset = 0x3000;
		f->segments[2].vaddr = of[i].address;
		f->segments[2].memsz = of[i].bytes;
		if (!i) /* else it would only not ascend */
			f->segments[0].type = f->segments[1].type = 0, f->segments[2].flags = PF_X,
			f->head.entry = of[i].address;
		want_defect(text("a segment %s", of[i].what),
			    "compare memsz with the rest up to PROCESS_STACK_END: address + memsz "
			    "may be more than 64 bits hold");
	}
	begin();
	f->segments[2].offset = 0x3000;
	f->segments[2].vaddr = PROCESS_STACK_END - PAGE_SIZE;
	f->segments[2].memsz = PAGE_SIZE;
	want_good("a segment just below the stack", NULL);
}

static void apart(void)
{
	begin();
	f->segments[2].vaddr = BASE + 0x2800, f->segments[2].offset = 0x2800;
	want_defect("data that begins in the text's last page", APART);
	begin();
	f->segments[0].memsz = 0x1001;
	want_defect("constants whose tail of zeros ends in the text's first page", APART);
	begin();
	f->segments[0].vaddr = BASE + 0x5000;
	want_defect("a segment below the one before it", APART);
	begin();
	f->segments[0].memsz = 0x1000;
	want_good("segments of which each begins where the one before ends", NULL);
}

static void aligned(void)
{
	begin();
	f->segments[2].offset = 0x3021;
	want_defect("a segment whose bytes lie elsewhere in the file's page than in memory's",
		    "a page of the file must become a page of memory: offset and address have the "
		    "same rest by PAGE_SIZE");
	begin();
	f->segments[2].vaddr += 0x2000;
	want_good("a segment that lies two pages further in memory than in the file", NULL);
}

static void writable_code(void)
{
	begin();
	f->segments[2].flags |= PF_X;
	want_defect("a segment to be written and executed",
		    "the kernel rejects such a page, and this error should come before any memory "
		    "is made");
}

static void entry_point(void)
{
	static const struct {
		u64 at;
		const char *what;
	} of[] = {{BASE + 0x3030, "in the data"},
		  {BASE + 0x2800, "one byte after the text"},
		  {BASE + 0xfff, "one byte before the text"},
		  {0, "at address 0"}};

	for (u32 i = 0; i < ARRAY_LEN(of); i++) {
		begin();
		f->head.entry = of[i].at;
		want_defect(text("an entry point %s", of[i].what), ENTRY);
	}
	begin();
	f->segments[1].memsz = 0x1c00;
	f->head.entry = BASE + 0x1000 + 0x1800;
	want_defect("an entry point in the zeros after the text", ENTRY);
	f->head.entry--;
	want_good("one at the text's last byte", NULL);
}

static void header(void)
{
	begin();
	f->head.machine = 40;
	want_defect("a program for ARM", "check_header finds it");
	begin();
	WANT(!is_program((const u8 *)f, 60, 60, 0), "check_header finds it",
	     "60 bytes of a file: a defect", "no defect");
}

/* By 128-bit sums, so that none of them goes round. */
static bool may_run(void)
{
	typedef unsigned __int128 wide;
	wide free = 0;
	bool entry = false;

	for (u32 i = 0; i < f->head.phnum; i++) {
		const struct elf_program_header *p = &f->segments[i];

		if (p->type != PT_LOAD || !p->memsz)
			continue;
		if (p->filesz > p->memsz || (wide)p->offset + p->filesz > FILE_BYTES ||
		    p->vaddr < PROCESS_BOTTOM || (wide)p->vaddr + p->memsz > PROCESS_STACK_END ||
		    p->vaddr / PAGE_SIZE * PAGE_SIZE < free ||
		    p->vaddr % PAGE_SIZE != p->offset % PAGE_SIZE ||
		    ((p->flags & PF_W) && (p->flags & PF_X)))
			return false;
		free = ((wide)p->vaddr + p->memsz + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
		entry |= (p->flags & PF_X) && f->head.entry >= p->vaddr &&
			 f->head.entry - p->vaddr < p->filesz;
	}
	return entry;
}

static void at_random(void)
{
	static const u64 strange[] = {
		0, 1, 0xfff, 0x1000, 0x1001, -1ul, 1ul << 63, PROCESS_STACK_END};
	u32 good = 0;

	for (u32 round = 0; round < 1500; round++) {
		u64 dice = unit_random(round);
		struct elf_program_header *p;

		begin();
		p = &f->segments[dice % 3];
		u64 *field[] = {&p->offset, &p->vaddr, &p->filesz, &p->memsz, &f->head.entry};
		dice /= 3;
		for (u32 i = 0; i < 2; i++) {
			u64 *at = field[dice % 5];
			dice /= 5;
			*at = dice & 1 ? *at + strange[dice / 2 % 8] : *at ^ 1ul << dice / 2 % 64;
			dice /= 128;
		}
		bool may = may_run();
		good += may;
		WANT(runs() == may, NULL,
		     text("round %u, segment at 0x%lx, 0x%lx bytes of 0x%lx in the file: %s", round,
			  p->vaddr, p->memsz, p->filesz, may ? "no defect" : "a defect"),
		     may ? text("\"%s\"", defect) : "no defect");
		unit_free(f);
	}
	WANT(good > 100, NULL, "more than 100 good programs among them", text("%u", good));
}

static void check_a(void)
{
	parts();
	entry_and_headers();
}

static void check_c(void)
{
	left_out();
	too_many();
}

static void check_f(void)
{
	apart();
	aligned();
}

static void check_g(void)
{
	writable_code();
	entry_point();
	header();
}

static const struct unit_check checks[] = {
	{"4.1.a", check_a},      {"4.1.b", independent}, {"4.1.c", check_c}, {"4.1.d", in_the_file},
	{"4.1.e", in_the_space}, {"4.1.f", check_f},     {"4.1.g", check_g}, {"4.1.h", at_random},
};
UNIT_MAIN(checks)
