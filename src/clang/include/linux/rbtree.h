/* SPDX-License-Identifier: Apache-2.0 */
/* Trees of nodes in order. The caller finds the place of a node; nothing is balanced, which nobody can see. */
#ifndef _LINUX_RBTREE_H
#define _LINUX_RBTREE_H

#include <linux/compiler.h>
#include <linux/types.h>

struct rb_node {
	struct rb_node *parent;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
};

#define RB_ROOT (struct rb_root){ NULL }
#define RB_ROOT_CACHED (struct rb_root_cached){ { NULL } }
#define RB_EMPTY_ROOT(root) (READ_ONCE((root)->rb_node) == NULL)
#define RB_EMPTY_NODE(node) ((node)->parent == (node))
#define RB_CLEAR_NODE(node) ((void)((node)->parent = (node)))
#define rb_parent(node) ((node)->parent)
#define rb_entry(pointer, type, member) container_of(pointer, type, member)
#define rb_entry_safe(pointer, type, member)                                    \
	({                                                                      \
		__typeof__(pointer) __rb = (pointer);                           \
		__rb ? rb_entry(__rb, type, member) : NULL;                     \
	})

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	node->parent = parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*link = node;
}

/* Nothing is to be done: a node is in the tree where it was linked. */
static inline void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
}

/* What leads to `old` leads to `node`. */
static inline void __dpamt_rb_replace(struct rb_node *old, struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent = old->parent;

	if (!parent)
		root->rb_node = node;
	else if (parent->rb_left == old)
		parent->rb_left = node;
	else
		parent->rb_right = node;
	if (node)
		node->parent = parent;
}

static inline void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *next = node->rb_right;

	if (!node->rb_left || !next) {
		__dpamt_rb_replace(node, next ? next : node->rb_left, root);
		return;
	}
	while (next->rb_left)
		next = next->rb_left;
	if (next->parent != node) {
		__dpamt_rb_replace(next, next->rb_right, root);
		next->rb_right = node->rb_right;
		next->rb_right->parent = next;
	}
	__dpamt_rb_replace(node, next, root);
	next->rb_left = node->rb_left;
	next->rb_left->parent = next;
}

static inline void rb_replace_node(struct rb_node *old, struct rb_node *node, struct rb_root *root)
{
	__dpamt_rb_replace(old, node, root);
	node->rb_left = old->rb_left;
	node->rb_right = old->rb_right;
	if (node->rb_left)
		node->rb_left->parent = node;
	if (node->rb_right)
		node->rb_right->parent = node;
}

/* The last node on the way to one side, and the neighbour on that side. */
#define __DPAMT_RB_SIDE(end, neighbour, near, far)                                      \
	static inline struct rb_node *rb_##end(const struct rb_root *root)              \
	{                                                                               \
		struct rb_node *at = root->rb_node;                                     \
											\
		while (at && at->near)                                                  \
			at = at->near;                                                  \
		return at;                                                              \
	}                                                                               \
	static inline struct rb_node *rb_##neighbour(const struct rb_node *node)        \
	{                                                                               \
		const struct rb_node *at = node;                                        \
											\
		if (node->far) {                                                        \
			at = node->far;                                                 \
			while (at->near)                                                \
				at = at->near;                                          \
			return (struct rb_node *)at;                                    \
		}                                                                       \
		while (at->parent && at == at->parent->far)                             \
			at = at->parent;                                                \
		return at->parent;                                                      \
	}

__DPAMT_RB_SIDE(first, next, rb_left, rb_right)
__DPAMT_RB_SIDE(last, prev, rb_right, rb_left)

/* Puts a node behind those that are not greater. */
static inline void rb_add(struct rb_node *node, struct rb_root *root,
			  bool (*less)(struct rb_node *, const struct rb_node *))
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = less(node, parent) ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(node, parent, link);
}

static inline struct rb_node *rb_find(const void *key, const struct rb_root *root,
				      int (*compare)(const void *key, const struct rb_node *))
{
	struct rb_node *node = root->rb_node;

	while (node) {
		int order = compare(key, node);

		if (!order)
			return node;
		node = order < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

/* The node that is equal already, if there is one; else `node` is added. */
static inline struct rb_node *rb_find_add(struct rb_node *node, struct rb_root *root,
					  int (*compare)(struct rb_node *, const struct rb_node *))
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	while (*link) {
		int order = compare(node, *link);

		if (!order)
			return *link;
		parent = *link;
		link = order < 0 ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(node, parent, link);
	return NULL;
}

#define rb_insert_color_cached(node, root, leftmost) rb_insert_color(node, &(root)->rb_root)
#define rb_replace_node_cached(old, node, root) rb_replace_node(old, node, &(root)->rb_root)
#define rb_first_cached(root) rb_first(&(root)->rb_root)

/* The node, if it is the first one now; else NULL. */
static inline struct rb_node *rb_add_cached(struct rb_node *node, struct rb_root_cached *root,
					    bool (*less)(struct rb_node *, const struct rb_node *))
{
	rb_add(node, &root->rb_root, less);
	return rb_first_cached(root) == node ? node : NULL;
}

/* The first node of those that are left, if the first one was erased; else NULL. */
static inline struct rb_node *rb_erase_cached(struct rb_node *node, struct rb_root_cached *root)
{
	struct rb_node *next = rb_first_cached(root) == node ? rb_next(node) : NULL;

	rb_erase(node, &root->rb_root);
	return next;
}

/* Children before their parents. */
static inline struct rb_node *__dpamt_rb_deepest(struct rb_node *node)
{
	while (node && (node->rb_left || node->rb_right))
		node = node->rb_left ? node->rb_left : node->rb_right;
	return node;
}

static inline struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return __dpamt_rb_deepest(root->rb_node);
}

static inline struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *parent = node ? node->parent : NULL;

	if (parent && node == parent->rb_left && parent->rb_right)
		return __dpamt_rb_deepest(parent->rb_right);
	return parent;
}

#define rbtree_postorder_for_each_entry_safe(position, n, root, member)                                 \
	for ((position) = rb_entry_safe(rb_first_postorder(root), __typeof__(*(position)), member);     \
	     (position) && ((n) = rb_entry_safe(rb_next_postorder(&(position)->member), __typeof__(*(position)), \
						member), true);                                         \
	     (position) = (n))

#endif
