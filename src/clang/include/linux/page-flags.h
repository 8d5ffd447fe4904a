/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flags of pages: bits of a word of `struct page`. Who has the page has it alone, so to set one takes a load and a store;
 * where CPUs share the structure it is one step. What locks a page by its flag is in linux/pagemap.h.
 */
#ifndef _LINUX_PAGE_FLAGS_H
#define _LINUX_PAGE_FLAGS_H

#include <dpamt/intrinsics.h>
#include <linux/bits.h>
#include <linux/mm_types.h>

enum pageflags {
	PG_locked,
	PG_referenced,
	PG_uptodate,
	PG_dirty,
	PG_lru,
	PG_head,
	PG_active,
	PG_workingset,
	PG_owner_priv_1,
	PG_owner_2,
	PG_arch_1,
	PG_arch_2,
	PG_arch_3,
	PG_reserved,
	PG_private,
	PG_private_2,
	PG_writeback,
	PG_reclaim,
	PG_swapbacked,
	PG_unevictable,
	PG_hwpoison,
	PG_checked,
	PG_reported,
	PG_offline,
	PG_table,
	PG_slab,
	__NR_PAGEFLAGS
};

#define __DPAMT_PAGE_FLAG(name, bit)                                            \
	static inline int Page##name(const struct page *page)                   \
	{                                                                       \
		return (READ_ONCE(page->flags) & BIT(bit)) != 0;                \
	}                                                                       \
	static inline void SetPage##name(struct page *page)                     \
	{                                                                       \
		__dpamt_page_or(&page->flags, BIT(bit));                        \
	}                                                                       \
	static inline void ClearPage##name(struct page *page)                   \
	{                                                                       \
		__dpamt_page_and(&page->flags, ~BIT(bit));                      \
	}                                                                       \
	static inline int TestSetPage##name(struct page *page)                  \
	{                                                                       \
		return (__dpamt_page_or(&page->flags, BIT(bit)) & BIT(bit)) != 0; \
	}                                                                       \
	static inline int TestClearPage##name(struct page *page)                \
	{                                                                       \
		return (__dpamt_page_and(&page->flags, ~BIT(bit)) & BIT(bit)) != 0; \
	}                                                                       \
	static inline void __SetPage##name(struct page *page)                   \
	{                                                                       \
		page->flags |= BIT(bit);                                        \
	}                                                                       \
	static inline void __ClearPage##name(struct page *page)                 \
	{                                                                       \
		page->flags &= ~BIT(bit);                                       \
	}

static inline int PageLocked(const struct page *page)
{
	return (READ_ONCE(page->flags) & BIT(PG_locked)) != 0;
}

static inline void __SetPageLocked(struct page *page)
{
	page->flags |= BIT(PG_locked);
}

static inline void __ClearPageLocked(struct page *page)
{
	page->flags &= ~BIT(PG_locked);
}

__DPAMT_PAGE_FLAG(Referenced, PG_referenced)
__DPAMT_PAGE_FLAG(Uptodate, PG_uptodate)
__DPAMT_PAGE_FLAG(Dirty, PG_dirty)
__DPAMT_PAGE_FLAG(LRU, PG_lru)
__DPAMT_PAGE_FLAG(Head, PG_head)
__DPAMT_PAGE_FLAG(Active, PG_active)
__DPAMT_PAGE_FLAG(Workingset, PG_workingset)
__DPAMT_PAGE_FLAG(OwnerPriv1, PG_owner_priv_1)
__DPAMT_PAGE_FLAG(Reserved, PG_reserved)
__DPAMT_PAGE_FLAG(Private, PG_private)
__DPAMT_PAGE_FLAG(Private2, PG_private_2)
__DPAMT_PAGE_FLAG(Reclaim, PG_reclaim)
__DPAMT_PAGE_FLAG(SwapBacked, PG_swapbacked)
__DPAMT_PAGE_FLAG(Unevictable, PG_unevictable)
__DPAMT_PAGE_FLAG(HWPoison, PG_hwpoison)
__DPAMT_PAGE_FLAG(Checked, PG_checked)
__DPAMT_PAGE_FLAG(Reported, PG_reported)
__DPAMT_PAGE_FLAG(Offline, PG_offline)
__DPAMT_PAGE_FLAG(Table, PG_table)
__DPAMT_PAGE_FLAG(Slab, PG_slab)

/* Pages of a block are pages by themselves. */
#define PageTail(page) 0
#define PageCompound(page) PageHead(page)
#define compound_head(page) ((struct page *)(page))

#endif
