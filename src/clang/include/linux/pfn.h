/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_PFN_H
#define _LINUX_PFN_H

#include <asm/page_types.h>

#define PFN_ALIGN(address) (((unsigned long)(address) + PAGE_SIZE - 1) & PAGE_MASK)
#define PFN_UP(address) (((address) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(address) ((address) >> PAGE_SHIFT)
#define PFN_PHYS(pfn) ((phys_addr_t)(pfn) << PAGE_SHIFT)
#define PHYS_PFN(phys) ((unsigned long)((phys) >> PAGE_SHIFT))

#endif
