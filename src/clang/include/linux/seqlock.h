/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sequence counts: odd while a writer is at work. Readers wait until it is even, read, and read again if it has changed.
 * What they read meanwhile may be half written; that is no data race as long as they ask for the count afterwards.
 */
#ifndef _LINUX_SEQLOCK_H
#define _LINUX_SEQLOCK_H

#include <asm/barrier.h>
#include <dpamt/intrinsics.h>
#include <linux/compiler.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>

typedef struct seqcount {
	unsigned int sequence;
} seqcount_t;

/* The lock of the writers is not kept. */
typedef seqcount_t seqcount_spinlock_t;
typedef seqcount_t seqcount_raw_spinlock_t;
typedef seqcount_t seqcount_rwlock_t;
typedef seqcount_t seqcount_mutex_t;

#define SEQCNT_ZERO(name) { 0 }
#define SEQCNT_SPINLOCK_ZERO(name, lock) { 0 }
#define SEQCNT_RAW_SPINLOCK_ZERO(name, lock) { 0 }
#define SEQCNT_RWLOCK_ZERO(name, lock) { 0 }
#define SEQCNT_MUTEX_ZERO(name, lock) { 0 }
#define seqcount_init(s) ((void)((s)->sequence = 0))
#define seqcount_spinlock_init(s, lock) seqcount_init(s)
#define seqcount_raw_spinlock_init(s, lock) seqcount_init(s)
#define seqcount_rwlock_init(s, lock) seqcount_init(s)
#define seqcount_mutex_init(s, lock) seqcount_init(s)

static inline unsigned int read_seqcount_begin(const seqcount_t *s)
{
	unsigned int start = __dpamt_read_seqbegin(&s->sequence);

	__dpamt_seq_reader(1);
	smp_rmb();
	return start;
}
#define raw_read_seqcount_begin(s) read_seqcount_begin(s)

static inline unsigned int raw_read_seqcount(const seqcount_t *s)
{
	unsigned int start = READ_ONCE(s->sequence);

	__dpamt_seq_reader(1);
	smp_rmb();
	return start;
}

/* Does not wait for a writer: then the reader will have to try again. */
static inline unsigned int raw_seqcount_begin(const seqcount_t *s)
{
	return raw_read_seqcount(s) & ~1U;
}

static inline int read_seqcount_retry(const seqcount_t *s, unsigned int start)
{
	smp_rmb();
	__dpamt_seq_reader(0);
	return READ_ONCE(s->sequence) != start;
}
#define __read_seqcount_begin(s) read_seqcount_begin(s)
#define __read_seqcount_retry(s, start) read_seqcount_retry(s, start)

static inline void raw_write_seqcount_begin(seqcount_t *s)
{
	WRITE_ONCE(s->sequence, s->sequence + 1);
	__dpamt_seq_writer(1);
	smp_wmb();
}

static inline void raw_write_seqcount_end(seqcount_t *s)
{
	smp_wmb();
	__dpamt_seq_writer(-1);
	WRITE_ONCE(s->sequence, s->sequence + 1);
}

/* Writers are not interrupted by another task: readers would wait all the while. */
static inline void write_seqcount_begin(seqcount_t *s)
{
	preempt_disable();
	raw_write_seqcount_begin(s);
}
#define write_seqcount_begin_nested(s, subclass) write_seqcount_begin(s)

static inline void write_seqcount_end(seqcount_t *s)
{
	raw_write_seqcount_end(s);
	preempt_enable();
}

/* Readers that are at work will read again. */
static inline void write_seqcount_invalidate(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 2);
}

typedef struct {
	seqcount_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define __SEQLOCK_UNLOCKED(name) { .seqcount = { 0 }, .lock = { 0 } }
#define DEFINE_SEQLOCK(name) seqlock_t name = __SEQLOCK_UNLOCKED(name)
#define seqlock_init(sl)                        \
	do {                                    \
		seqcount_init(&(sl)->seqcount); \
		spin_lock_init(&(sl)->lock);    \
	} while (0)

static inline unsigned int read_seqbegin(const seqlock_t *sl)
{
	return read_seqcount_begin(&sl->seqcount);
}

static inline unsigned int read_seqretry(const seqlock_t *sl, unsigned int start)
{
	return read_seqcount_retry(&sl->seqcount, start);
}

/* How a writer, or a reader that keeps writers out, takes the lock. */
#define __DPAMT_SEQLOCK_FUNCTIONS(suffix)                               \
	static inline void write_seqlock##suffix(seqlock_t *sl)         \
	{                                                               \
		spin_lock##suffix(&sl->lock);                           \
		raw_write_seqcount_begin(&sl->seqcount);                \
	}                                                               \
	static inline void write_sequnlock##suffix(seqlock_t *sl)       \
	{                                                               \
		raw_write_seqcount_end(&sl->seqcount);                  \
		spin_unlock##suffix(&sl->lock);                         \
	}                                                               \
	static inline void read_seqlock_excl##suffix(seqlock_t *sl)     \
	{                                                               \
		spin_lock##suffix(&sl->lock);                           \
	}                                                               \
	static inline void read_sequnlock_excl##suffix(seqlock_t *sl)   \
	{                                                               \
		spin_unlock##suffix(&sl->lock);                         \
	}

__DPAMT_SEQLOCK_FUNCTIONS()
__DPAMT_SEQLOCK_FUNCTIONS(_bh)
__DPAMT_SEQLOCK_FUNCTIONS(_irq)

#define write_seqlock_irqsave(sl, flags) __dpamt_irqsave(flags, write_seqlock(sl))
#define write_sequnlock_irqrestore(sl, flags) __dpamt_irqrestore(flags, write_sequnlock(sl))
#define read_seqlock_excl_irqsave(sl, flags) __dpamt_irqsave(flags, read_seqlock_excl(sl))
#define read_sequnlock_excl_irqrestore(sl, flags) __dpamt_irqrestore(flags, read_sequnlock_excl(sl))

/* First without the lock, where `seq` is even; with it, where it is odd. */
static inline void read_seqbegin_or_lock(seqlock_t *sl, int *seq)
{
	if (*seq & 1)
		read_seqlock_excl(sl);
	else
		*seq = read_seqbegin(sl);
}

static inline int need_seqretry(seqlock_t *sl, int seq)
{
	return !(seq & 1) && read_seqretry(sl, seq);
}

static inline void done_seqretry(seqlock_t *sl, int seq)
{
	if (seq & 1)
		read_sequnlock_excl(sl);
}

#endif
