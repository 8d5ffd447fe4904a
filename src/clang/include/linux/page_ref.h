/* SPDX-License-Identifier: Apache-2.0 */
/*
 * References to pages. Who allocates a page has one; the word of `struct page` holds how many there are besides. Each way
 * to free a page gives one reference back, and the last one frees it.
 */
#ifndef _LINUX_PAGE_REF_H
#define _LINUX_PAGE_REF_H

#include <dpamt/intrinsics.h>
#include <linux/bug.h>
#include <linux/mm_types.h>

static inline int page_ref_count(const struct page *page)
{
	__dpamt_count_pages();
	return READ_ONCE(page->_refcount.counter) + 1;
}

static inline void page_ref_add(struct page *page, int n)
{
	__dpamt_count_pages();
	__dpamt_page_add(&page->_refcount, n);
}

#define page_count(page) page_ref_count(page)
#define page_ref_inc(page) page_ref_add(page, 1)
#define page_ref_dec(page) page_ref_add(page, -1)
#define page_ref_sub(page, n) page_ref_add(page, -(n))

static inline void get_page(struct page *page)
{
	page_ref_add(page, 1);
}

/* Whoever asks has a reference. */
static inline bool try_get_page(struct page *page)
{
	get_page(page);
	return true;
}

#endif
