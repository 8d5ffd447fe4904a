/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Appended to a file under test: what it uses and does not define. One block for each name, switched on with
 * DPAMT_NEEDS_name (see asm/tdx.h). A file that has no `tdx_sysinfo` of its own is told nothing by get_tdx_sys_info() at
 * boot: then DPAMT_NEEDS_tdx_sysinfo makes one, and dpamt_boot() fills it.
 */
#ifndef DPAMT_TDX_DEFAULTS_H
#define DPAMT_TDX_DEFAULTS_H

#include <asm/barrier.h>
#include <asm/special_insns.h>
#include <asm/tdx.h>
#include <linux/bug.h>
#include <linux/mm.h>

#ifdef DPAMT_NEEDS_tdx_sysinfo
static struct tdx_sys_info tdx_sysinfo;

static __init __maybe_unused int dpamt_boot(void)
{
	return get_tdx_sys_info(&tdx_sysinfo);
}
#endif

#ifdef DPAMT_NEEDS_tdx_get_sysinfo
const struct tdx_sys_info *tdx_get_sysinfo(void)
{
	return &tdx_sysinfo;
}
#endif

#ifdef DPAMT_NEEDS_tdx_supports_dynamic_pamt
bool tdx_supports_dynamic_pamt(const struct tdx_sys_info *sysinfo)
{
	return sysinfo->features.tdx_features0 & TDX_FEATURES0_DYNAMIC_PAMT;
}
#endif

#ifdef DPAMT_NEEDS_tdx_dpamt_entry_pages
int tdx_dpamt_entry_pages(void)
{
	if (!(tdx_sysinfo.features.tdx_features0 & TDX_FEATURES0_DYNAMIC_PAMT))
		return 0;
	return tdx_sysinfo.tdmr.pamt_4k_entry_size * PTRS_PER_PTE / PAGE_SIZE;
}
#endif

#ifdef DPAMT_NEEDS_tdx_quirk_reset_paddr
void tdx_quirk_reset_paddr(unsigned long base, unsigned long size)
{
	static const u64 zeros[8] __aligned(64);
	unsigned long done = 0;

	while (done < size) {
		void *to = __va(base + done);

		if (size - done >= PAGE_SIZE && __dpamt_reset_page(to)) {
			done += PAGE_SIZE;
			continue;
		}
		movdir64b(to, zeros);
		done += sizeof(zeros);
	}
	mb();
}
#endif

#ifdef DPAMT_NEEDS_tdx_quirk_reset_page
void tdx_quirk_reset_page(struct page *page)
{
	__dpamt_reset_page(page_address(page));
	mb();
}
#endif

#ifdef DPAMT_NEEDS_tdx_topup_pamt_cache
int tdx_topup_pamt_cache(struct tdx_pamt_cache *cache, unsigned long npages)
{
	unsigned long wanted = npages * tdx_dpamt_entry_pages();

	while (cache->cnt < (int)wanted) {
		struct page *page = alloc_page(GFP_KERNEL_ACCOUNT);

		if (!page)
			return -ENOMEM;
		list_add(&page->lru, &cache->page_list);
		cache->cnt++;
	}
	return 0;
}
#endif

#ifdef DPAMT_NEEDS_tdx_free_pamt_cache
void tdx_free_pamt_cache(struct tdx_pamt_cache *cache)
{
	while (!list_empty(&cache->page_list)) {
		struct page *page = list_first_entry(&cache->page_list, struct page, lru);

		list_del(&page->lru);
		__free_page(page);
	}
	cache->cnt = 0;
}
#endif

#endif
