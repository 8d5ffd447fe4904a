/* SPDX-License-Identifier: Apache-2.0 */
/* A page that one task has locked. Who waits for it sleeps. */
#ifndef _LINUX_PAGEMAP_H
#define _LINUX_PAGEMAP_H

#include <asm/processor.h>
#include <dpamt/intrinsics.h>
#include <linux/bug.h>
#include <linux/mm.h>
#include <linux/page-flags.h>

static inline bool trylock_page(struct page *page)
{
	return !(__dpamt_page_or(&page->flags, BIT(PG_locked)) & BIT(PG_locked));
}

static inline void lock_page(struct page *page)
{
	__dpamt_might_sleep();
	while (!trylock_page(page))
		cpu_relax();
}

static inline int __must_check lock_page_killable(struct page *page)
{
	__dpamt_might_sleep();
	if (trylock_page(page))
		return 0;
	if (__dpamt_signal())
		return -EINTR;
	lock_page(page);
	return 0;
}

static inline void unlock_page(struct page *page)
{
	BUG_ON(!(__dpamt_page_and(&page->flags, ~BIT(PG_locked)) & BIT(PG_locked)));
}

static inline void wait_on_page_locked(struct page *page)
{
	__dpamt_might_sleep();
	while (PageLocked(page))
		cpu_relax();
}

#define folio_trylock(folio) trylock_page(&(folio)->page)
#define folio_lock(folio) lock_page(&(folio)->page)
#define folio_lock_killable(folio) lock_page_killable(&(folio)->page)
#define folio_unlock(folio) unlock_page(&(folio)->page)
#define folio_wait_locked(folio) wait_on_page_locked(&(folio)->page)
#define folio_test_locked(folio) PageLocked(&(folio)->page)

#endif
