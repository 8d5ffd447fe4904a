/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Get of v2 takes a function that allocates a page for a pair, and what that works on. The checker passes this one; where
 * there is something to work on, memory comes from what was set aside, so nobody may sleep.
 */
#ifndef DPAMT_CALLBACK_H
#define DPAMT_CALLBACK_H

#include <linux/gfp.h>

static __attribute__((used)) struct page *dpamt_alloc_for_pamt(void *data)
{
	return alloc_page(data ? GFP_ATOMIC | __GFP_ACCOUNT : GFP_KERNEL_ACCOUNT);
}

#endif
