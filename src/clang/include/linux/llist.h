/* SPDX-License-Identifier: Apache-2.0 */
/* Chains to which anybody adds without a lock, and from which all is taken at once. */
#ifndef _LINUX_LLIST_H
#define _LINUX_LLIST_H

#include <asm/cmpxchg.h>
#include <linux/compiler.h>
#include <linux/types.h>

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

#define LLIST_HEAD_INIT(name) { NULL }
#define LLIST_HEAD(name) struct llist_head name = LLIST_HEAD_INIT(name)
#define init_llist_head(list) ((void)((list)->first = NULL))

static inline bool llist_empty(const struct llist_head *head)
{
	return !READ_ONCE(head->first);
}

/* The value tells whether the chain was empty before. */
static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	struct llist_node *first = READ_ONCE(head->first);

	do {
		node->next = first;
	} while (!try_cmpxchg(&head->first, &first, node));
	return !first;
}

/* A chain from `first` to `last` that is linked already. */
static inline bool llist_add_batch(struct llist_node *first, struct llist_node *last, struct llist_head *head)
{
	struct llist_node *old = READ_ONCE(head->first);

	do {
		last->next = old;
	} while (!try_cmpxchg(&head->first, &old, first));
	return !old;
}

static inline struct llist_node *llist_reverse_order(struct llist_node *head)
{
	struct llist_node *reversed = NULL;

	while (head) {
		struct llist_node *next = head->next;

		head->next = reversed;
		reversed = head;
		head = next;
	}
	return reversed;
}

static inline struct llist_node *llist_next(struct llist_node *node)
{
	return node->next;
}

static inline bool __llist_add(struct llist_node *node, struct llist_head *head)
{
	node->next = head->first;
	head->first = node;
	return !node->next;
}

static inline struct llist_node *__llist_del_all(struct llist_head *head)
{
	struct llist_node *all = head->first;

	head->first = NULL;
	return all;
}

static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	return xchg(&head->first, NULL);
}

/* For one taker at a time. */
static inline struct llist_node *llist_del_first(struct llist_head *head)
{
	struct llist_node *first = READ_ONCE(head->first);

	while (first && !try_cmpxchg(&head->first, &first, READ_ONCE(first->next)))
		;
	return first;
}

#define llist_entry(pointer, type, member) container_of(pointer, type, member)
#define llist_for_each(position, node) for ((position) = (node); (position); (position) = (position)->next)
#define __dpamt_llist_entry(node, type, member)                                 \
	({                                                                      \
		struct llist_node *__node = (node);                             \
		__node ? llist_entry(__node, type, member) : NULL;              \
	})
#define llist_for_each_entry(position, node, member)                                            \
	for ((position) = __dpamt_llist_entry(node, __typeof__(*(position)), member); (position); \
	     (position) = __dpamt_llist_entry((position)->member.next, __typeof__(*(position)), member))
#define llist_for_each_entry_safe(position, n, node, member)                                    \
	for ((position) = __dpamt_llist_entry(node, __typeof__(*(position)), member);           \
	     (position) && ((n) = __dpamt_llist_entry((position)->member.next, __typeof__(*(n)), member), true); \
	     (position) = (n))
#define llist_for_each_safe(position, n, node) \
	for ((position) = (node); (position) && ((n) = (position)->next, true); (position) = (n))

#endif
