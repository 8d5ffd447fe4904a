// SPDX-License-Identifier: Apache-2.0
/* Stands in for the file of this name that the kernel's tdx.c includes: what SYS.RD would say. */
#include <asm/tdx.h>

static __init int get_tdx_sys_info(struct tdx_sys_info *sysinfo)
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
