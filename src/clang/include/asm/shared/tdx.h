/* SPDX-License-Identifier: Apache-2.0 */
/* What host and guest share. */
#ifndef _ASM_SHARED_TDX_H
#define _ASM_SHARED_TDX_H

#include <asm/shared/tdx_errno.h>
#include <linux/bits.h>
#include <linux/types.h>

/* Sizes of pages as the module counts them. */
#define TDX_PS_4K 0
#define TDX_PS_2M 1
#define TDX_PS_1G 2
#define TDX_PS_NR (TDX_PS_1G + 1)

#define TDX_MAX_PAGE_SIZE_LEVEL TDX_PS_1G

/* The registers of a SEAMCALL but RAX. The order is that of src/abi/registers.ts. */
struct tdx_module_args {
	u64 rcx;
	u64 rdx;
	u64 r8;
	u64 r9;
	u64 r10;
	u64 r11;
	u64 r12;
	u64 r13;
	u64 r14;
	u64 r15;
	u64 rbx;
	u64 rdi;
	u64 rsi;
};

#endif
