/* The data in the vault's state. */
#pragma once
#include "microk/types.h"

struct vault_data {
	u64 changes; /* the first secret is one, too */
	char secret[48];
};
