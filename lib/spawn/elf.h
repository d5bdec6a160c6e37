/* Reads a program's file by the rules of microk/elf.h; maps nothing itself. Pure. */
#pragma once
#include "microk/elf.h"

/* Checks everything before it returns true. Otherwise *why is the first defect, in words. */
bool elf_read(const u8 *file, size_t bytes, struct elf_image *out, const char **why);
