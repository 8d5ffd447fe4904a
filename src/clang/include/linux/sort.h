/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_SORT_H
#define _LINUX_SORT_H

#include <linux/types.h>

typedef int (*cmp_func_t)(const void *a, const void *b);

/* By insertion. `swap_function` is not used. */
static inline void sort(void *base, size_t count, size_t size, cmp_func_t compare,
			void (*swap_function)(void *a, void *b, int size))
{
	u8 *items = base;

	for (size_t i = size; i < count * size; i += size)
		for (size_t j = i; j > 0 && compare(items + j - size, items + j) > 0; j -= size)
			for (size_t k = 0; k < size; k++) {
				u8 byte = items[j + k];

				items[j + k] = items[j + k - size];
				items[j + k - size] = byte;
			}
}

#endif
