/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_KVM_TYPES_H
#define _LINUX_KVM_TYPES_H

#include <linux/export.h>
#include <linux/types.h>

/* Frame numbers and addresses of the host and of guests. */
typedef u64 kvm_pfn_t;
typedef u64 hpa_t;
typedef u64 hfn_t;
typedef u64 gpa_t;
typedef unsigned long gva_t;
typedef u64 gfn_t;

#endif
