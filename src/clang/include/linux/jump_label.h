/* SPDX-License-Identifier: Apache-2.0 */
/* Branches that are switched while the kernel runs: a count each; the branch is on where it is above 0. */
#ifndef _LINUX_JUMP_LABEL_H
#define _LINUX_JUMP_LABEL_H

#include <dpamt/intrinsics.h>
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/types.h>

struct static_key {
	atomic_t enabled;
};

struct static_key_true {
	struct static_key key;
};

struct static_key_false {
	struct static_key key;
};

#define STATIC_KEY_INIT_TRUE { .enabled = { 1 } }
#define STATIC_KEY_INIT_FALSE { .enabled = { 0 } }
#define STATIC_KEY_TRUE_INIT { .key = STATIC_KEY_INIT_TRUE }
#define STATIC_KEY_FALSE_INIT { .key = STATIC_KEY_INIT_FALSE }
#define DEFINE_STATIC_KEY_TRUE(name) struct static_key_true name = STATIC_KEY_TRUE_INIT
#define DEFINE_STATIC_KEY_FALSE(name) struct static_key_false name = STATIC_KEY_FALSE_INIT
#define DEFINE_STATIC_KEY_TRUE_RO(name) DEFINE_STATIC_KEY_TRUE(name)
#define DEFINE_STATIC_KEY_FALSE_RO(name) DEFINE_STATIC_KEY_FALSE(name)
#define DECLARE_STATIC_KEY_TRUE(name) extern struct static_key_true name
#define DECLARE_STATIC_KEY_FALSE(name) extern struct static_key_false name

static inline int static_key_count(struct static_key *key)
{
	return atomic_read(&key->enabled);
}

/* Whoever switches a branch sleeps. */
static inline void static_key_slow_inc(struct static_key *key)
{
	__dpamt_might_sleep();
	atomic_inc(&key->enabled);
}

/* Down from 0, or a switch of what others count, is a complaint, and nothing happens. */
static inline void static_key_slow_dec(struct static_key *key)
{
	__dpamt_might_sleep();
	WARN_ON(atomic_dec_if_positive(&key->enabled) < 0);
}

static inline void static_key_enable(struct static_key *key)
{
	__dpamt_might_sleep();
	WARN_ON(atomic_cmpxchg(&key->enabled, 0, 1) > 1);
}

static inline void static_key_disable(struct static_key *key)
{
	__dpamt_might_sleep();
	WARN_ON(atomic_cmpxchg(&key->enabled, 1, 0) > 1);
}

#define static_key_enabled(at) (static_key_count(&(at)->key) > 0)
#define static_branch_likely(at) static_key_enabled(at)
#define static_branch_unlikely(at) static_key_enabled(at)
#define static_branch_maybe(option, at) static_key_enabled(at)
#define static_branch_inc(at) static_key_slow_inc(&(at)->key)
#define static_branch_dec(at) static_key_slow_dec(&(at)->key)
#define static_branch_enable(at) static_key_enable(&(at)->key)
#define static_branch_disable(at) static_key_disable(&(at)->key)
#define static_branch_enable_cpuslocked(at) static_branch_enable(at)
#define static_branch_disable_cpuslocked(at) static_branch_disable(at)

#endif
