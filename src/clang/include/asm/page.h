/* SPDX-License-Identifier: Apache-2.0 */
/* The direct map, and the way between page frames, their numbers, addresses and contents. */
#ifndef _ASM_PAGE_H
#define _ASM_PAGE_H

#include <asm/page_types.h>
#include <dpamt/intrinsics.h>

#define __pa(address) ((unsigned long)__dpamt_virt_to_phys((const void *)(address)))
#define __va(phys) __dpamt_phys_to_virt((unsigned long long)(phys))
#define pfn_to_kaddr(pfn) __va((unsigned long long)(pfn) << PAGE_SHIFT)
#define page_to_pfn(page) __dpamt_page_to_pfn(page)
#define pfn_to_page(pfn) __dpamt_pfn_to_page(pfn)
#define virt_to_pfn(address) (__pa(address) >> PAGE_SHIFT)
#define virt_to_page(address) pfn_to_page(virt_to_pfn(address))
#define virt_addr_valid(address) 1
#define pfn_valid(pfn) ((unsigned long)(pfn) < __dpamt_max_pfn())

static inline phys_addr_t virt_to_phys(const volatile void *address)
{
	return __dpamt_virt_to_phys((const void *)address);
}

static inline void *phys_to_virt(phys_addr_t phys)
{
	return __dpamt_phys_to_virt(phys);
}

static inline void clear_page(void *page)
{
	__builtin_memset(page, 0, PAGE_SIZE);
}

static inline void copy_page(void *to, const void *from)
{
	__builtin_memcpy(to, from, PAGE_SIZE);
}

#endif
