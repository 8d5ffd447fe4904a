/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _ASM_MSR_H
#define _ASM_MSR_H

#include <linux/types.h>

/* Every register reads as 0. */
#define rdmsrq(msr, value) ((void)((value) = 0))
#define rdmsrl(msr, value) ((void)((value) = 0))
#define wrmsrq(msr, value) ((void)(value))
#define wrmsrl(msr, value) ((void)(value))

#endif
