/* SPDX-License-Identifier: Apache-2.0 */
/* Rings of entries. A list is its head, which is in the ring and is no entry. */
#ifndef _LINUX_LIST_H
#define _LINUX_LIST_H

#include <linux/compiler.h>
#include <linux/poison.h>
#include <linux/types.h>

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline void __dpamt_list_link(struct list_head *before, struct list_head *after)
{
	before->next = after;
	after->prev = before;
}

static inline void __dpamt_list_insert(struct list_head *entry, struct list_head *before, struct list_head *after)
{
	__dpamt_list_link(before, entry);
	__dpamt_list_link(entry, after);
}

static inline void list_add(struct list_head *entry, struct list_head *head)
{
	__dpamt_list_insert(entry, head, head->next);
}

static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	__dpamt_list_insert(entry, head->prev, head);
}

static inline void __list_del_entry(struct list_head *entry)
{
	__dpamt_list_link(entry->prev, entry->next);
}

static inline void list_del(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->next = LIST_POISON1;
	entry->prev = LIST_POISON2;
}

static inline void list_del_init(struct list_head *entry)
{
	__list_del_entry(entry);
	INIT_LIST_HEAD(entry);
}

static inline void list_replace(struct list_head *old, struct list_head *entry)
{
	__dpamt_list_insert(entry, old->prev, old->next);
}

static inline void list_replace_init(struct list_head *old, struct list_head *entry)
{
	list_replace(old, entry);
	INIT_LIST_HEAD(old);
}

static inline void list_move(struct list_head *entry, struct list_head *head)
{
	__list_del_entry(entry);
	list_add(entry, head);
}

static inline void list_move_tail(struct list_head *entry, struct list_head *head)
{
	__list_del_entry(entry);
	list_add_tail(entry, head);
}

static inline bool list_empty(const struct list_head *head)
{
	return READ_ONCE(head->next) == head;
}
#define list_empty_careful(head) list_empty(head)

static inline bool list_is_head(const struct list_head *entry, const struct list_head *head)
{
	return entry == head;
}

static inline bool list_is_first(const struct list_head *entry, const struct list_head *head)
{
	return entry->prev == head;
}

static inline bool list_is_last(const struct list_head *entry, const struct list_head *head)
{
	return entry->next == head;
}

static inline bool list_is_singular(const struct list_head *head)
{
	return !list_empty(head) && head->next == head->prev;
}

static inline size_t list_count_nodes(struct list_head *head)
{
	size_t count = 0;

	for (struct list_head *at = head->next; at != head; at = at->next)
		count++;
	return count;
}

static inline void list_rotate_left(struct list_head *head)
{
	if (!list_empty(head))
		list_move_tail(head->next, head);
}

/* The entries of `list` go between two neighbours of another ring. */
static inline void __dpamt_list_splice(struct list_head *list, struct list_head *before, struct list_head *after)
{
	if (list_empty(list))
		return;
	__dpamt_list_link(before, list->next);
	__dpamt_list_link(list->prev, after);
}

static inline void list_splice(struct list_head *list, struct list_head *head)
{
	__dpamt_list_splice(list, head, head->next);
}

static inline void list_splice_tail(struct list_head *list, struct list_head *head)
{
	__dpamt_list_splice(list, head->prev, head);
}

static inline void list_splice_init(struct list_head *list, struct list_head *head)
{
	list_splice(list, head);
	INIT_LIST_HEAD(list);
}

static inline void list_splice_tail_init(struct list_head *list, struct list_head *head)
{
	list_splice_tail(list, head);
	INIT_LIST_HEAD(list);
}

/* The first entries of `head`, up to `entry`, become `list`. */
static inline void list_cut_position(struct list_head *list, struct list_head *head, struct list_head *entry)
{
	struct list_head *first = head->next, *rest = entry->next;

	INIT_LIST_HEAD(list);
	if (list_empty(head) || entry == head)
		return;
	__dpamt_list_link(list, first);
	__dpamt_list_link(entry, list);
	__dpamt_list_link(head, rest);
}

static inline void list_cut_before(struct list_head *list, struct list_head *head, struct list_head *entry)
{
	list_cut_position(list, head, entry->prev);
}

#define list_entry(pointer, type, member) container_of(pointer, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member) \
	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_last_entry_or_null(head, type, member) \
	(list_empty(head) ? NULL : list_last_entry(head, type, member))
#define list_next_entry(position, member) list_entry((position)->member.next, __typeof__(*(position)), member)
#define list_prev_entry(position, member) list_entry((position)->member.prev, __typeof__(*(position)), member)
#define list_entry_is_head(position, head, member) (&(position)->member == (head))

#define list_for_each(position, head) \
	for ((position) = (head)->next; (position) != (head); (position) = (position)->next)
#define list_for_each_prev(position, head) \
	for ((position) = (head)->prev; (position) != (head); (position) = (position)->prev)
#define list_for_each_safe(position, n, head)                                           \
	for ((position) = (head)->next, (n) = (position)->next; (position) != (head);   \
	     (position) = (n), (n) = (position)->next)

#define list_for_each_entry(position, head, member)                                     \
	for ((position) = list_first_entry(head, __typeof__(*(position)), member);      \
	     !list_entry_is_head(position, head, member); (position) = list_next_entry(position, member))
#define list_for_each_entry_reverse(position, head, member)                             \
	for ((position) = list_last_entry(head, __typeof__(*(position)), member);       \
	     !list_entry_is_head(position, head, member); (position) = list_prev_entry(position, member))
#define list_for_each_entry_continue(position, head, member)                            \
	for ((position) = list_next_entry(position, member);                            \
	     !list_entry_is_head(position, head, member); (position) = list_next_entry(position, member))
#define list_for_each_entry_from(position, head, member) \
	for (; !list_entry_is_head(position, head, member); (position) = list_next_entry(position, member))
#define list_for_each_entry_safe(position, n, head, member)                             \
	for ((position) = list_first_entry(head, __typeof__(*(position)), member),      \
	    (n) = list_next_entry(position, member);                                    \
	     !list_entry_is_head(position, head, member);                               \
	     (position) = (n), (n) = list_next_entry(n, member))
#define list_for_each_entry_safe_reverse(position, n, head, member)                     \
	for ((position) = list_last_entry(head, __typeof__(*(position)), member),       \
	    (n) = list_prev_entry(position, member);                                    \
	     !list_entry_is_head(position, head, member);                               \
	     (position) = (n), (n) = list_prev_entry(n, member))

#define list_prepare_entry(position, head, member) \
	((position) ? (position) : list_entry(head, __typeof__(*(position)), member))
#define list_next_entry_circular(position, head, member)                        \
	(list_is_last(&(position)->member, head) ?                              \
		 list_first_entry(head, __typeof__(*(position)), member) :      \
		 list_next_entry(position, member))
#define list_safe_reset_next(position, n, member) (n) = list_next_entry(position, member)
#define list_for_each_continue(position, head) \
	for ((position) = (position)->next; (position) != (head); (position) = (position)->next)
#define list_for_each_prev_safe(position, n, head)                                      \
	for ((position) = (head)->prev, (n) = (position)->prev; (position) != (head);   \
	     (position) = (n), (n) = (position)->prev)
#define list_for_each_entry_continue_reverse(position, head, member)                    \
	for ((position) = list_prev_entry(position, member);                            \
	     !list_entry_is_head(position, head, member); (position) = list_prev_entry(position, member))
#define list_for_each_entry_from_reverse(position, head, member) \
	for (; !list_entry_is_head(position, head, member); (position) = list_prev_entry(position, member))
#define list_for_each_entry_safe_continue(position, n, head, member)                    \
	for ((position) = list_next_entry(position, member), (n) = list_next_entry(position, member); \
	     !list_entry_is_head(position, head, member);                               \
	     (position) = (n), (n) = list_next_entry(n, member))
#define list_for_each_entry_safe_from(position, n, head, member)                        \
	for ((n) = list_next_entry(position, member); !list_entry_is_head(position, head, member); \
	     (position) = (n), (n) = list_next_entry(n, member))

static inline void list_swap(struct list_head *one, struct list_head *other)
{
	struct list_head *before = other->prev;

	list_del(other);
	list_replace(one, other);
	if (before == one)
		before = other;
	list_add(one, before);
}

/* The entries from `first` to `last` go to the end of `head`. */
static inline void list_bulk_move_tail(struct list_head *head, struct list_head *first, struct list_head *last)
{
	__dpamt_list_link(first->prev, last->next);
	__dpamt_list_link(head->prev, first);
	__dpamt_list_link(last, head);
}

static inline void list_rotate_to_front(struct list_head *entry, struct list_head *head)
{
	list_move_tail(head, entry);
}

#define list_del_init_careful(entry) list_del_init(entry)

/* Lists with a head of one pointer. */
#define HLIST_HEAD_INIT { NULL }
#define HLIST_HEAD(name) struct hlist_head name = HLIST_HEAD_INIT
#define INIT_HLIST_HEAD(head) ((void)((head)->first = NULL))

static inline void INIT_HLIST_NODE(struct hlist_node *node)
{
	node->next = NULL;
	node->pprev = NULL;
}

static inline bool hlist_empty(const struct hlist_head *head)
{
	return !head->first;
}

static inline bool hlist_unhashed(const struct hlist_node *node)
{
	return !node->pprev;
}

static inline void hlist_add_head(struct hlist_node *node, struct hlist_head *head)
{
	node->next = head->first;
	node->pprev = &head->first;
	if (node->next)
		node->next->pprev = &node->next;
	head->first = node;
}

static inline void hlist_del(struct hlist_node *node)
{
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
	node->next = LIST_POISON1;
	node->pprev = LIST_POISON2;
}

static inline void hlist_del_init(struct hlist_node *node)
{
	if (hlist_unhashed(node))
		return;
	hlist_del(node);
	INIT_HLIST_NODE(node);
}

static inline void hlist_add_before(struct hlist_node *node, struct hlist_node *next)
{
	node->pprev = next->pprev;
	node->next = next;
	next->pprev = &node->next;
	*node->pprev = node;
}

static inline void hlist_add_behind(struct hlist_node *node, struct hlist_node *previous)
{
	node->next = previous->next;
	previous->next = node;
	node->pprev = &previous->next;
	if (node->next)
		node->next->pprev = &node->next;
}

static inline bool hlist_is_singular_node(struct hlist_node *node, struct hlist_head *head)
{
	return !node->next && node->pprev == &head->first;
}

static inline void hlist_move_list(struct hlist_head *from, struct hlist_head *to)
{
	to->first = from->first;
	if (to->first)
		to->first->pprev = &to->first;
	from->first = NULL;
}

static inline size_t hlist_count_nodes(struct hlist_head *head)
{
	size_t count = 0;

	for (struct hlist_node *at = head->first; at; at = at->next)
		count++;
	return count;
}

#define hlist_unhashed_lockless(node) (!READ_ONCE((node)->pprev))
#define hlist_for_each(position, head) for ((position) = (head)->first; (position); (position) = (position)->next)
#define hlist_for_each_safe(position, n, head) \
	for ((position) = (head)->first; (position) && ((n) = (position)->next, true); (position) = (n))
#define hlist_entry(pointer, type, member) container_of(pointer, type, member)
#define hlist_entry_safe(pointer, type, member)                                 \
	({                                                                      \
		struct hlist_node *__node = (pointer);                          \
		__node ? hlist_entry(__node, type, member) : NULL;              \
	})
#define hlist_for_each_entry_safe(position, n, head, member)                                    \
	for ((position) = hlist_entry_safe((head)->first, __typeof__(*(position)), member);     \
	     (position) && ((n) = (position)->member.next, true);                               \
	     (position) = hlist_entry_safe(n, __typeof__(*(position)), member))
#define hlist_for_each_entry_continue(position, member)                                                         \
	for ((position) = hlist_entry_safe((position)->member.next, __typeof__(*(position)), member); (position); \
	     (position) = hlist_entry_safe((position)->member.next, __typeof__(*(position)), member))
#define hlist_for_each_entry_from(position, member) \
	for (; (position); (position) = hlist_entry_safe((position)->member.next, __typeof__(*(position)), member))
#define hlist_for_each_entry(position, head, member)                                            \
	for ((position) = hlist_entry_safe((head)->first, __typeof__(*(position)), member);     \
	     (position);                                                                        \
	     (position) = hlist_entry_safe((position)->member.next, __typeof__(*(position)), member))

#endif
