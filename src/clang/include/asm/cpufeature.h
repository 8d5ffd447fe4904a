/* SPDX-License-Identifier: Apache-2.0 */
/* The host: a TDX host with the erratum of partial writes. */
#ifndef _ASM_CPUFEATURE_H
#define _ASM_CPUFEATURE_H

#include <linux/types.h>

#define X86_FEATURE_TDX_HOST_PLATFORM 1
#define X86_FEATURE_MOVDIR64B 2
#define X86_FEATURE_CLFLUSH 3
#define X86_FEATURE_SELFSNOOP 4
#define X86_BUG_TDX_PW_MCE 0x100

static inline bool boot_cpu_has(int feature)
{
	return feature >= X86_FEATURE_TDX_HOST_PLATFORM && feature <= X86_FEATURE_SELFSNOOP;
}

static inline bool boot_cpu_has_bug(int bug)
{
	return bug == X86_BUG_TDX_PW_MCE;
}

#define cpu_feature_enabled(feature) boot_cpu_has(feature)
#define static_cpu_has(feature) boot_cpu_has(feature)
#define static_cpu_has_bug(bug) boot_cpu_has_bug(bug)
#define setup_clear_cpu_cap(feature) ((void)(feature))
#define setup_force_cpu_cap(feature) ((void)(feature))

#endif
