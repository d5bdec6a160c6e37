/*
 * The format on the disk: ext2, and ext3's journal. All numbers of ext2 are little-endian, the journal's big-endian.
 * Source: "The Second Extended File System: Internal Layout" (D. Poirier), and the ext4 disk layout of the Linux kernel's
 * documentation (Documentation/filesystems/ext4), whose names these fields have.
 */
#pragma once
#include "microk/types.h"

#define EXT2_MAGIC 0xef53u
#define EXT2_SUPER_OFFSET 1024u /* of the superblock, on the device */
#define EXT2_ROOT 2u
#define EXT2_FIRST_OLD 11u /* revision 0: the first inode that is not reserved */
#define EXT2_NAME_MOST 255u
#define EXT2_LINKS_MOST 32000u

/* s_state */
#define STATE_CLEAN 1u
#define STATE_ERRORS 2u

/* s_feature_compat: may be ignored by a writer */
#define COMPAT_HAS_JOURNAL 0x4u
#define COMPAT_DIR_INDEX 0x20u
/* s_feature_incompat: a reader must know them all */
#define INCOMPAT_FILETYPE 0x2u
#define INCOMPAT_RECOVER 0x4u
#define INCOMPAT_KNOWN (INCOMPAT_FILETYPE | INCOMPAT_RECOVER)
/* s_feature_ro_compat: a writer must know them all */
#define RO_COMPAT_SPARSE_SUPER 0x1u
#define RO_COMPAT_LARGE_FILE 0x2u
#define RO_COMPAT_EXTRA_ISIZE 0x40u
#define RO_COMPAT_KNOWN (RO_COMPAT_SPARSE_SUPER | RO_COMPAT_LARGE_FILE | RO_COMPAT_EXTRA_ISIZE)

struct ext2_super {
	u32 inodes_count, blocks_count, r_blocks_count, free_blocks_count;
	u32 free_inodes_count, first_data_block, log_block_size, log_cluster_size;
	u32 blocks_per_group, clusters_per_group, inodes_per_group, mtime;
	u32 wtime;
	u16 mnt_count, max_mnt_count, magic, state, errors, minor_rev_level;
	u32 lastcheck, checkinterval, creator_os, rev_level;
	u16 def_resuid, def_resgid;
	u32 first_ino;
	u16 inode_size, block_group_nr;
	u32 feature_compat, feature_incompat, feature_ro_compat;
	u8 uuid[16];
	char volume_name[16], last_mounted[64];
	u32 algorithm_usage_bitmap;
	u8 prealloc_blocks, prealloc_dir_blocks;
	u16 reserved_gdt_blocks;
	u8 journal_uuid[16];
	u32 journal_inum, journal_dev, last_orphan;
	u32 hash_seed[4];
	u8 def_hash_version, jnl_backup_type;
	u16 desc_size;
	u32 default_mount_opts, first_meta_bg, mkfs_time, jnl_blocks[17];
	u32 rest[172];
};
_Static_assert(sizeof(struct ext2_super) == 1024, "the superblock has 1024 bytes");

struct ext2_group {
	u32 block_bitmap, inode_bitmap, inode_table;
	u16 free_blocks_count, free_inodes_count, used_dirs_count, flags;
	u32 reserved[3];
};
_Static_assert(sizeof(struct ext2_group) == 32, "a group descriptor has 32 bytes");

#define EXT2_DIRECT 12u
#define EXT2_POINTERS 15u
#define EXT2_FAST_LINK 60u /* a target of fewer bytes lies in the inode itself */

struct ext2_inode {
	u16 mode, uid;
	u32 size, atime, ctime, mtime, dtime;
	u16 gid, links_count;
	u32 blocks; /* of 512 bytes */
	u32 flags, osd1;
	u32 block[EXT2_POINTERS];
	u32 generation, file_acl, size_high, faddr;
	u8 frag, fsize;
	u16 pad, uid_high, gid_high;
	u32 reserved;
	/* From here on only where inodes are larger than 128 bytes, and extra_isize covers the field. */
	u16 extra_isize, checksum_high;
	u32 ctime_extra, mtime_extra, atime_extra, crtime, crtime_extra, version_high, projid;
};
_Static_assert(sizeof(struct ext2_inode) == 160, "an inode of 256 bytes uses 160 of them");
#define EXT2_OLD_INODE 128u
#define EXT2_EXTRA 32u /* the bytes after the first 128 that struct ext2_inode covers */

/* flags */
#define INODE_IMMUTABLE 0x10u
#define INODE_APPEND 0x20u
#define INODE_INDEX 0x1000u /* a directory with a hash tree */

#define MODE_TYPE 0xf000u
#define MODE_FIFO 0x1000u
#define MODE_CHARACTER 0x2000u
#define MODE_DIRECTORY 0x4000u
#define MODE_BLOCK 0x6000u
#define MODE_FILE 0x8000u
#define MODE_LINK 0xa000u
#define MODE_SOCKET 0xc000u

struct ext2_entry {
	u32 inode; /* 0: the entry is unused */
	u16 rec_len;
	u8 name_len;
	u8 file_type; /* with INCOMPAT_FILETYPE; otherwise the name length's upper byte, which is 0 */
	char name[];
};
#define ENTRY_HEAD 8u
#define ENTRY_BYTES(name_len) ALIGN_UP(ENTRY_HEAD + (u32)(name_len), 4u)

/* An extended attribute's block, as far as a deletion needs it. */
#define XATTR_MAGIC 0xea020000u
struct ext2_xattr {
	u32 magic, refcount;
};

/* ---- The journal (JBD2) ---- */

#define JOURNAL_MAGIC 0xc03b3998u
enum { JOURNAL_DESCRIPTOR = 1, JOURNAL_COMMIT = 2, JOURNAL_SUPER_1 = 3, JOURNAL_SUPER_2 = 4, JOURNAL_REVOKE = 5 };

struct journal_header {
	u32 magic, type, sequence;
};

struct journal_super {
	struct journal_header header;
	u32 blocksize, maxlen, first; /* blocks; `first` is the first of the log */
	u32 sequence;                 /* of the first batch that may be in the log */
	u32 start;                    /* its block; 0: the log is empty */
	u32 error;
	u32 feature_compat, feature_incompat, feature_ro_compat;
	u8 uuid[16];
	u32 nr_users, dynsuper, max_transaction, max_trans_data;
	u8 checksum_type, padding[3];
	u32 rest[42];
	u32 checksum;
	u8 users[16 * 48];
};

#define JOURNAL_INCOMPAT_REVOKE 0x1u
#define JOURNAL_INCOMPAT_KNOWN JOURNAL_INCOMPAT_REVOKE

struct journal_tag {
	u32 block;
	u16 checksum;
	u16 flags; /* big-endian, too */
};
#define TAG_ESCAPED 1u   /* the block began with the magic number, which the copy has as 0 */
#define TAG_SAME_UUID 2u /* no UUID of 16 bytes follows */
#define TAG_LAST 8u

struct journal_revoke {
	struct journal_header header;
	u32 bytes; /* used in this block, with this head; then the block numbers */
};

static inline u32 from_be(u32 v)
{
	return __builtin_bswap32(v);
}
static inline u32 to_be(u32 v)
{
	return __builtin_bswap32(v);
}
_Static_assert(sizeof(struct journal_super) == 1024, "the journal's superblock has 1024 bytes");
