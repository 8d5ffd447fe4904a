/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _ASM_PROCESSOR_H
#define _ASM_PROCESSOR_H

#include <dpamt/intrinsics.h>
#include <linux/percpu-defs.h>

/* A loop waits for somebody else. */
static inline void cpu_relax(void)
{
	__dpamt_relax();
}

static inline void rep_nop(void)
{
	__dpamt_relax();
}

struct cpuinfo_x86 {
	int x86_phys_bits;
};
static struct cpuinfo_x86 boot_cpu_data __attribute__((__unused__)) = { .x86_phys_bits = 46 };

/* Set where a CPU may have lines of private memory in its cache. */
static DEFINE_PER_CPU(bool, cache_state_incoherent) __attribute__((__unused__));

#endif
