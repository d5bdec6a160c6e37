#include "user/libc/errors.h"

long error_of(enum microk_status status)
{
	switch (status) {
	case OK: return 0;
	case ERR_CAP:
	case ERR_TYPE: return -EBADF;
	case ERR_RIGHTS:
	case ERR_DENIED: return -EACCES;
	case ERR_ARG:
	case ERR_RANGE:
	case ERR_ALIGN:
	case ERR_NOT_LINK: return -EINVAL;
	case ERR_MEMORY: return -ENOMEM;
	case ERR_CANCELLED: return -EINTR;
	case ERR_LIMIT: return -ENFILE;
	case ERR_NOT_FOUND: return -ENOENT;
	case ERR_NOT_DIR: return -ENOTDIR;
	case ERR_IS_DIR: return -EISDIR;
	case ERR_NO_SPACE: return -ENFILE;
	case ERR_EXISTS: return -EEXIST;
	case ERR_READ_ONLY: return -EROFS;
	case ERR_NAME: return -ENAMETOOLONG;
	case ERR_FULL: return -ENOSPC;
	case ERR_NOT_EMPTY: return -ENOTEMPTY;
	case ERR_LINKS: return -EMLINK;
	case ERR_LOOP: return -ELOOP;
	case ERR_CROSS: return -EXDEV;
	case ERR_TOO_LARGE: return -EFBIG;
	case ERR_BUSY: return -EBUSY;
	case ERR_BROKEN: return -EPIPE;
	case ERR_WOULD_BLOCK: return -EAGAIN;
	case ERR_METHOD: return -EOPNOTSUPP;
	default: return -EIO;
	}
}
