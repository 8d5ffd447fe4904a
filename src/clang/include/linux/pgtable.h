/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page tables of the kernel itself, as far as a sparse array of counters needs them. A range of get_vm_area() that is
 * applied to gets memory, all 0, page by page; the callback, which would allocate and map it, is not called.
 */
#ifndef _LINUX_PGTABLE_H
#define _LINUX_PGTABLE_H

#include <asm/page.h>
#include <dpamt/intrinsics.h>
#include <linux/errno.h>
#include <linux/mm_types.h>

typedef struct {
	unsigned long pte;
} pte_t;

typedef struct {
	unsigned long pgprot;
} pgprot_t;

typedef int (*pte_fn_t)(pte_t *pte, unsigned long address, void *data);

#define __pte(value) ((pte_t){ (value) })
#define __pgprot(value) ((pgprot_t){ (value) })
#define pte_val(entry) ((entry).pte)
#define PAGE_KERNEL __pgprot(0x163)

static struct mm_struct init_mm __maybe_unused;

static inline bool pte_none(pte_t pte)
{
	return !pte.pte;
}

static inline bool pte_present(pte_t pte)
{
	return pte.pte & 1;
}

static inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot)
{
	return __pte(pfn << PAGE_SHIFT | prot.pgprot);
}

static inline unsigned long pte_pfn(pte_t pte)
{
	return pte.pte >> PAGE_SHIFT;
}

#define pte_page(entry) pfn_to_page(pte_pfn(entry))
#define mk_pte(page, prot) pfn_pte(page_to_pfn(page), prot)

static inline pte_t ptep_get(pte_t *ptep)
{
	return READ_ONCE(*ptep);
}

static inline void set_pte(pte_t *ptep, pte_t pte)
{
	WRITE_ONCE(*ptep, pte);
}

#define set_pte_at(mm, address, ptep, entry) set_pte(ptep, entry)
#define pte_clear(mm, address, ptep) set_pte(ptep, __pte(0))

static inline int apply_to_page_range(struct mm_struct *mm, unsigned long address, unsigned long size, pte_fn_t fn,
				      void *data)
{
	return __dpamt_back((void *)address, size) ? -ENOMEM : 0;
}

static inline int apply_to_existing_page_range(struct mm_struct *mm, unsigned long address, unsigned long size,
					       pte_fn_t fn, void *data)
{
	return 0;
}

#endif
