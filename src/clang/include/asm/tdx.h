/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's side of TDX, as the helpers see it.
 *
 * A file under test may define some of this itself. Two families of macros, which the driver passes, keep out of its way:
 *
 *   DPAMT_HAS_name     it defines `name`, perhaps static or with another signature: nothing here declares that
 *   DPAMT_NEEDS_name   it uses `name` and does not define it: dpamt/tdx-defaults.h, appended to it, does
 */
#ifndef _ASM_TDX_H
#define _ASM_TDX_H

#include <asm/page.h>
#include <asm/shared/tdx.h>
#include <dpamt/intrinsics.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/types.h>

/* Numbers of the calls. */
#define TDH_VP_ENTER 0
#define TDH_MNG_ADDCX 1
#define TDH_MEM_PAGE_ADD 2
#define TDH_MEM_SEPT_ADD 3
#define TDH_VP_ADDCX 4
#define TDH_MEM_PAGE_RELOCATE 5
#define TDH_MEM_PAGE_AUG 6
#define TDH_MEM_RANGE_BLOCK 7
#define TDH_MNG_KEY_CONFIG 8
#define TDH_MNG_CREATE 9
#define TDH_VP_CREATE 10
#define TDH_MEM_PAGE_DEMOTE 15
#define TDH_MR_EXTEND 16
#define TDH_MR_FINALIZE 17
#define TDH_VP_FLUSH 18
#define TDH_MNG_VPFLUSHDONE 19
#define TDH_MNG_KEY_FREEID 20
#define TDH_MNG_INIT 21
#define TDH_VP_INIT 22
#define TDH_MEM_PAGE_PROMOTE 23
#define TDH_PHYMEM_PAGE_RDMD 24
#define TDH_MEM_SEPT_RD 25
#define TDH_PHYMEM_PAGE_RECLAIM 28
#define TDH_MEM_PAGE_REMOVE 29
#define TDH_MEM_SEPT_REMOVE 30
#define TDH_SYS_KEY_CONFIG 31
#define TDH_SYS_RD 34
#define TDH_SYS_TDMR_INIT 36
#define TDH_MEM_TRACK 38
#define TDH_MEM_RANGE_UNBLOCK 39
#define TDH_PHYMEM_CACHE_WB 40
#define TDH_PHYMEM_PAGE_WBINVD 41
#define TDH_SYS_CONFIG 45
#define TDH_PHYMEM_PAMT_ADD 58
#define TDH_PHYMEM_PAMT_REMOVE 59

#define TDX_VERSION_SHIFT 16

static inline u64 __seamcall(u64 fn, struct tdx_module_args *args)
{
	return __dpamt_seamcall(fn, args, __DPAMT_SEAMCALL);
}

static inline u64 __seamcall_ret(u64 fn, struct tdx_module_args *args)
{
	return __dpamt_seamcall(fn, args, __DPAMT_SEAMCALL_RET);
}

static inline u64 __seamcall_saved_ret(u64 fn, struct tdx_module_args *args)
{
	return __dpamt_seamcall(fn, args, __DPAMT_SEAMCALL_SAVED_RET);
}

typedef u64 (*sc_func_t)(u64 fn, struct tdx_module_args *args);

/* The module never runs out of entropy here. */
#ifndef DPAMT_HAS_sc_retry
#define sc_retry(function, fn, args) function(fn, args)
#endif
#define seamcall(fn, args) __seamcall(fn, args)
#define seamcall_ret(fn, args) __seamcall_ret(fn, args)
#define seamcall_saved_ret(fn, args) __seamcall_saved_ret(fn, args)
#define __seamcall_dirty_cache(function, fn, args) function(fn, args)

/* Fields of the module that it reports at start. */
#define TDX_FEATURES0_TD_PRESERVING BIT_ULL(1)
#define TDX_FEATURES0_NO_RBP_MOD BIT_ULL(18)
#define TDX_FEATURES0_DYNAMIC_PAMT BIT_ULL(36)
#define TDX_FEATURES0_ENHANCE_DEMOTE_INTERRUPTIBILITY BIT_ULL(51)

struct tdx_sys_info_version {
	u16 minor_version;
	u16 major_version;
	u16 update_version;
};

struct tdx_sys_info_features {
	u64 tdx_features0;
};

struct tdx_sys_info_tdmr {
	u16 max_tdmrs;
	u16 max_reserved_per_tdmr;
	u16 pamt_4k_entry_size;
	u16 pamt_2m_entry_size;
	u16 pamt_1g_entry_size;
	u8 pamt_page_bitmap_entry_bits;
};

struct tdx_sys_info_td_ctrl {
	u16 tdr_base_size;
	u16 tdcs_base_size;
	u16 tdvps_base_size;
};

struct tdx_sys_info_td_conf {
	u64 attributes_fixed0;
	u64 attributes_fixed1;
	u64 xfam_fixed0;
	u64 xfam_fixed1;
	u16 num_cpuid_config;
	u16 max_vcpus_per_td;
};

struct tdx_sys_info {
	struct tdx_sys_info_version version;
	struct tdx_sys_info_features features;
	struct tdx_sys_info_tdmr tdmr;
	struct tdx_sys_info_td_ctrl td_ctrl;
	struct tdx_sys_info_td_conf td_conf;
};

/* What SYS.RD would say. */
#ifndef DPAMT_HAS_get_tdx_sys_info
static __init __maybe_unused int get_tdx_sys_info(struct tdx_sys_info *sysinfo)
{
	sysinfo->features.tdx_features0 = TDX_FEATURES0_NO_RBP_MOD;
	if (__dpamt_has_dynamic_pamt())
		sysinfo->features.tdx_features0 |= TDX_FEATURES0_DYNAMIC_PAMT;
	sysinfo->tdmr.max_tdmrs = 64;
	sysinfo->tdmr.max_reserved_per_tdmr = 16;
	sysinfo->tdmr.pamt_4k_entry_size = 16;
	sysinfo->tdmr.pamt_2m_entry_size = 16;
	sysinfo->tdmr.pamt_1g_entry_size = 16;
	sysinfo->tdmr.pamt_page_bitmap_entry_bits = 1;
	return 0;
}
#endif

#ifndef DPAMT_HAS_tdx_get_sysinfo
const struct tdx_sys_info *tdx_get_sysinfo(void);
#endif
#ifndef DPAMT_HAS_tdx_supports_dynamic_pamt
bool tdx_supports_dynamic_pamt(const struct tdx_sys_info *sysinfo);
#endif
#ifndef DPAMT_HAS_tdx_dpamt_entry_pages
int tdx_dpamt_entry_pages(void);
#endif

/* Overwriting what the module left in pages. */
#ifndef DPAMT_HAS_tdx_quirk_reset_paddr
void tdx_quirk_reset_paddr(unsigned long base, unsigned long size);
#endif
#ifndef DPAMT_HAS_tdx_quirk_reset_page
void tdx_quirk_reset_page(struct page *page);
#endif

/* Pages set aside for pairs, v6: as many as `cnt`. What works on them goes with the structure. */
struct tdx_pamt_cache;
#ifndef DPAMT_HAS_tdx_topup_pamt_cache
int tdx_topup_pamt_cache(struct tdx_pamt_cache *cache, unsigned long npages);
#endif
#ifndef DPAMT_HAS_tdx_free_pamt_cache
void tdx_free_pamt_cache(struct tdx_pamt_cache *cache);
#endif

#ifndef DPAMT_HAS_struct_tdx_pamt_cache
struct tdx_pamt_cache {
	struct list_head page_list;
	int cnt;
};

#ifndef DPAMT_HAS_tdx_init_pamt_cache
static inline void tdx_init_pamt_cache(struct tdx_pamt_cache *cache)
{
	INIT_LIST_HEAD(&cache->page_list);
	cache->cnt = 0;
}
#endif
#endif

/* The same, v3 and v4. */
struct tdx_prealloc;
#ifndef DPAMT_HAS_struct_tdx_prealloc
struct tdx_prealloc {
	struct list_head page_list;
	int cnt;
};

#ifndef DPAMT_HAS_get_tdx_prealloc_page
static inline struct page *get_tdx_prealloc_page(struct tdx_prealloc *prealloc)
{
	struct page *page = list_first_entry_or_null(&prealloc->page_list, struct page, lru);

	if (page) {
		list_del(&page->lru);
		prealloc->cnt--;
	}
	return page;
}
#endif
#ifndef DPAMT_HAS_topup_tdx_prealloc_page
static inline int topup_tdx_prealloc_page(struct tdx_prealloc *prealloc, unsigned int min_size)
{
	while (prealloc->cnt < (int)min_size) {
		struct page *page = alloc_page(GFP_KERNEL_ACCOUNT);

		if (!page)
			return -ENOMEM;
		list_add(&page->lru, &prealloc->page_list);
		prealloc->cnt++;
	}
	return 0;
}
#endif
#endif

struct tdx_td {
	struct page *tdr_page;
	int tdcs_nr_pages;
	int tdcx_nr_pages;
	struct page **tdcs_pages;
	struct page **tdcx_pages;
};

struct tdx_vp {
	struct page *tdvpr_page;
	phys_addr_t tdvpr_pa;
	struct page **tdcx_pages;
};

static inline int pg_level_to_tdx_sept_level(enum pg_level level)
{
	return level - PG_LEVEL_4K;
}

#endif
