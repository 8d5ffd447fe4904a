/* SPDX-License-Identifier: Apache-2.0 */
/* Lists that RCU readers walk while one writer at a time changes them. Readers only ever go forward. */
#ifndef _LINUX_RCULIST_H
#define _LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#define list_next_rcu(list) (*((struct list_head **)(&(list)->next)))

static inline void __dpamt_list_insert_rcu(struct list_head *entry, struct list_head *before, struct list_head *after)
{
	entry->next = after;
	entry->prev = before;
	rcu_assign_pointer(before->next, entry);
	after->prev = entry;
}

static inline void list_add_rcu(struct list_head *entry, struct list_head *head)
{
	__dpamt_list_insert_rcu(entry, head, head->next);
}

static inline void list_add_tail_rcu(struct list_head *entry, struct list_head *head)
{
	__dpamt_list_insert_rcu(entry, head->prev, head);
}

/* Who stands on the entry can still go on from it, so only the way back is cut. */
static inline void list_del_rcu(struct list_head *entry)
{
	entry->next->prev = entry->prev;
	WRITE_ONCE(entry->prev->next, entry->next);
	entry->prev = LIST_POISON2;
}

static inline void list_replace_rcu(struct list_head *old, struct list_head *entry)
{
	entry->next = old->next;
	entry->prev = old->prev;
	rcu_assign_pointer(entry->prev->next, entry);
	entry->next->prev = entry;
	old->prev = LIST_POISON2;
}

#define list_entry_rcu(pointer, type, member) container_of(READ_ONCE(pointer), type, member)
#define list_first_or_null_rcu(head, type, member)                                          \
	({                                                                                  \
		struct list_head *__first = READ_ONCE((head)->next);                        \
		__first != (head) ? container_of(__first, type, member) : (type *)NULL;     \
	})
#define list_for_each_entry_rcu(entry, head, member, condition...)                          \
	for (entry = list_entry_rcu((head)->next, __typeof__(*entry), member);              \
	     &entry->member != (head);                                                      \
	     entry = list_entry_rcu(entry->member.next, __typeof__(*entry), member))

static inline void hlist_add_head_rcu(struct hlist_node *node, struct hlist_head *head)
{
	struct hlist_node *first = head->first;

	node->next = first;
	WRITE_ONCE(node->pprev, &head->first);
	rcu_assign_pointer(head->first, node);
	if (first)
		WRITE_ONCE(first->pprev, &node->next);
}

static inline void hlist_del_rcu(struct hlist_node *node)
{
	struct hlist_node *next = node->next;
	struct hlist_node **before = node->pprev;

	WRITE_ONCE(*before, next);
	if (next)
		WRITE_ONCE(next->pprev, before);
	WRITE_ONCE(node->pprev, LIST_POISON2);
}

#define __dpamt_hlist_entry_rcu(pointer, type, member)                                      \
	({                                                                                  \
		struct hlist_node *__node = READ_ONCE(pointer);                             \
		__node ? container_of(__node, type, member) : (type *)NULL;                 \
	})
#define hlist_for_each_entry_rcu(entry, head, member, condition...)                         \
	for (entry = __dpamt_hlist_entry_rcu((head)->first, __typeof__(*entry), member);    \
	     entry;                                                                         \
	     entry = __dpamt_hlist_entry_rcu(entry->member.next, __typeof__(*entry), member))

#endif
