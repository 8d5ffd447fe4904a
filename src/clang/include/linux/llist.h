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
#define llist_for_each_safe(position, n, node) \
	for ((position) = (node); (position) && ((n) = (position)->next, true); (position) = (n))

#endif
