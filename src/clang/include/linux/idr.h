/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers for objects (idr), and numbers alone (ida): the smallest one that is free. */
#ifndef _LINUX_IDR_H
#define _LINUX_IDR_H

#include <linux/gfp_types.h>
#include <linux/limits.h>
#include <linux/xarray.h>

struct idr {
	struct xarray xa;
};

#define IDR_INIT(name) { .xa = XARRAY_INIT(name, 0) }
#define DEFINE_IDR(name) struct idr name = IDR_INIT(name)
#define idr_init(idr) xa_init(&(idr)->xa)
#define idr_destroy(idr) xa_destroy(&(idr)->xa)
#define idr_is_empty(idr) xa_empty(&(idr)->xa)
#define idr_lock(idr) xa_lock(&(idr)->xa)
#define idr_unlock(idr) xa_unlock(&(idr)->xa)
#define idr_preload(gfp) preempt_disable()
#define idr_preload_end() preempt_enable()

/* Like __xa_alloc() and its like, but the lock of the array is left alone: not all callers hold it. */
__DPAMT_XA_FUNCTIONS(__dpamt_idr_, , (void)0, (void)0, (void)0, (void)0, (void)0)

/* The caller keeps others away. Up to `end`, which is left out; 0 and less stand for no end. */
static inline int idr_alloc(struct idr *idr, void *pointer, int start, int end, gfp_t gfp)
{
	int last = end > 0 ? end - 1 : INT_MAX;

	for (long id = start; id <= last; id++) {
		int error = __dpamt_idr_insert(&idr->xa, id, pointer, gfp);

		if (error != -EBUSY)
			return error ? error : (int)id;
	}
	return -ENOSPC;
}

static inline void *idr_find(const struct idr *idr, unsigned long id)
{
	return xa_load((struct xarray *)&idr->xa, id);
}

static inline void *idr_remove(struct idr *idr, unsigned long id)
{
	return __dpamt_idr_erase(&idr->xa, id);
}

static inline void *idr_replace(struct idr *idr, void *pointer, unsigned long id)
{
	return idr_find(idr, id) ? __dpamt_idr_store(&idr->xa, id, pointer, 0) : ERR_PTR(-ENOENT);
}

static inline void *idr_get_next(struct idr *idr, int *id)
{
	unsigned long index = *id;
	void *entry = xa_find(&idr->xa, &index, INT_MAX, XA_PRESENT);

	if (entry)
		*id = index;
	return entry;
}

#define idr_for_each_entry(idr, entry, id) \
	for ((id) = 0; ((entry) = idr_get_next(idr, &(id))) != NULL; (id)++)

struct ida {
	struct xarray xa;
};

#define IDA_INIT(name) { .xa = XARRAY_INIT(name, XA_FLAGS_ALLOC) }
#define DEFINE_IDA(name) struct ida name = IDA_INIT(name)
#define ida_init(ida) xa_init_flags(&(ida)->xa, XA_FLAGS_ALLOC)
#define ida_destroy(ida) xa_destroy(&(ida)->xa)
#define ida_is_empty(ida) xa_empty(&(ida)->xa)

static inline int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp)
{
	u32 id = 0;
	u32 last = max < INT_MAX ? max : INT_MAX;
	int error = xa_alloc(&ida->xa, &id, xa_mk_value(1), XA_LIMIT(min, last), gfp);

	return error == -EBUSY ? -ENOSPC : error ? error : (int)id;
}
#define ida_alloc(ida, gfp) ida_alloc_range(ida, 0, ~0U, gfp)
#define ida_alloc_min(ida, min, gfp) ida_alloc_range(ida, min, ~0U, gfp)
#define ida_alloc_max(ida, max, gfp) ida_alloc_range(ida, 0, max, gfp)

static inline void ida_free(struct ida *ida, unsigned int id)
{
	WARN_ON(!xa_erase(&ida->xa, id));
}

#endif
