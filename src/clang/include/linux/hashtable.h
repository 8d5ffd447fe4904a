/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays of lists, a power of two of them. The key decides which list. */
#ifndef _LINUX_HASHTABLE_H
#define _LINUX_HASHTABLE_H

#include <linux/hash.h>
#include <linux/list.h>
#include <linux/log2.h>

#define DEFINE_HASHTABLE(name, bits) struct hlist_head name[1 << (bits)] = { }
#define DECLARE_HASHTABLE(name, bits) struct hlist_head name[1 << (bits)]
#define HASH_SIZE(name) ARRAY_SIZE(name)
#define HASH_BITS(name) ilog2(HASH_SIZE(name))
#define hash_min(value, bits) (sizeof(value) <= 4 ? hash_32(value, bits) : hash_long(value, bits))

static inline void __hash_init(struct hlist_head *table, unsigned int size)
{
	for (unsigned int i = 0; i < size; i++)
		INIT_HLIST_HEAD(&table[i]);
}

static inline bool __hash_empty(struct hlist_head *table, unsigned int size)
{
	for (unsigned int i = 0; i < size; i++)
		if (!hlist_empty(&table[i]))
			return false;
	return true;
}

static inline bool hash_hashed(struct hlist_node *node)
{
	return !hlist_unhashed(node);
}

static inline void hash_del(struct hlist_node *node)
{
	hlist_del_init(node);
}

#define hash_init(table) __hash_init(table, HASH_SIZE(table))
#define hash_empty(table) __hash_empty(table, HASH_SIZE(table))
#define hash_add(table, node, key) hlist_add_head(node, &(table)[hash_min(key, HASH_BITS(table))])

#define hash_for_each(table, bucket, object, member)                                                    \
	for ((bucket) = 0, (object) = NULL; !(object) && (bucket) < HASH_SIZE(table); (bucket)++)       \
		hlist_for_each_entry(object, &(table)[bucket], member)
#define hash_for_each_safe(table, bucket, next, object, member)                                         \
	for ((bucket) = 0, (object) = NULL; !(object) && (bucket) < HASH_SIZE(table); (bucket)++)       \
		hlist_for_each_entry_safe(object, next, &(table)[bucket], member)
#define hash_for_each_possible(table, object, member, key) \
	hlist_for_each_entry(object, &(table)[hash_min(key, HASH_BITS(table))], member)
#define hash_for_each_possible_safe(table, object, next, member, key) \
	hlist_for_each_entry_safe(object, next, &(table)[hash_min(key, HASH_BITS(table))], member)

#endif
