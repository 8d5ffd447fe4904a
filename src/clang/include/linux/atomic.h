/* SPDX-License-Identifier: Apache-2.0 */
/* atomic_t: one 32-bit word. Whoever gets a result also gets a full barrier, as on x86, whatever ordering was asked for;
 * but a conditional operation whose condition fails is only a load. */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H

#include <asm/barrier.h>
#include <asm/cmpxchg.h>
#include <dpamt/intrinsics.h>
#include <linux/types.h>

static inline int atomic_read(const atomic_t *v)
{
	return __dpamt_atomic_read(v);
}

static inline void atomic_set(atomic_t *v, int i)
{
	__dpamt_atomic_set(v, i);
}

static inline void atomic_add(int i, atomic_t *v)
{
	__dpamt_atomic_add(v, i);
}

static inline int atomic_add_return(int i, atomic_t *v)
{
	return __dpamt_atomic_add_return(v, i);
}

static inline int atomic_fetch_add(int i, atomic_t *v)
{
	return __dpamt_atomic_fetch_add(v, i);
}

static inline int atomic_fetch_or(int i, atomic_t *v)
{
	return __dpamt_atomic_fetch_or(v, i);
}

static inline int atomic_fetch_and(int i, atomic_t *v)
{
	return __dpamt_atomic_fetch_and(v, i);
}

static inline int atomic_fetch_xor(int i, atomic_t *v)
{
	return __dpamt_atomic_fetch_xor(v, i);
}

static inline int atomic_xchg(atomic_t *v, int i)
{
	return __dpamt_atomic_xchg(v, i);
}

static inline int atomic_cmpxchg(atomic_t *v, int old, int new)
{
	return __dpamt_atomic_cmpxchg(v, old, new);
}

static inline bool atomic_try_cmpxchg(atomic_t *v, int *old, int new)
{
	int found = __dpamt_atomic_cmpxchg(v, *old, new);
	bool done = found == *old;

	*old = found;
	return done;
}

static inline bool atomic_add_unless(atomic_t *v, int a, int u)
{
	return __dpamt_atomic_add_unless(v, a, u);
}

static inline bool atomic_inc_not_zero(atomic_t *v)
{
	return __dpamt_atomic_inc_not_zero(v);
}

static inline bool atomic_dec_and_test(atomic_t *v)
{
	return __dpamt_atomic_dec_and_test(v);
}

static inline int atomic_dec_if_positive(atomic_t *v)
{
	return __dpamt_atomic_dec_if_positive(v);
}

static inline int atomic_fetch_add_unless(atomic_t *v, int a, int u)
{
	int old = atomic_read(v);

	while (old != u && !atomic_try_cmpxchg(v, &old, old + a))
		;
	return old;
}

static inline bool atomic_inc_unless_negative(atomic_t *v)
{
	int old = atomic_read(v);

	while (old >= 0)
		if (atomic_try_cmpxchg(v, &old, old + 1))
			return true;
	return false;
}

static inline bool atomic_dec_unless_positive(atomic_t *v)
{
	int old = atomic_read(v);

	while (old <= 0)
		if (atomic_try_cmpxchg(v, &old, old - 1))
			return true;
	return false;
}

/* The others are these in other words. */
#define atomic_inc(v) atomic_add(1, v)
#define atomic_dec(v) atomic_add(-1, v)
#define atomic_sub(i, v) atomic_add(-(i), v)
#define atomic_inc_return(v) atomic_add_return(1, v)
#define atomic_dec_return(v) atomic_add_return(-1, v)
#define atomic_sub_return(i, v) atomic_add_return(-(i), v)
#define atomic_fetch_inc(v) atomic_fetch_add(1, v)
#define atomic_fetch_dec(v) atomic_fetch_add(-1, v)
#define atomic_fetch_sub(i, v) atomic_fetch_add(-(i), v)
#define atomic_fetch_andnot(i, v) atomic_fetch_and(~(i), v)
#define atomic_or(i, v) ((void)atomic_fetch_or(i, v))
#define atomic_and(i, v) ((void)atomic_fetch_and(i, v))
#define atomic_xor(i, v) ((void)atomic_fetch_xor(i, v))
#define atomic_andnot(i, v) ((void)atomic_fetch_and(~(i), v))
#define atomic_inc_and_test(v) (atomic_add_return(1, v) == 0)
#define atomic_sub_and_test(i, v) (atomic_add_return(-(i), v) == 0)
#define atomic_add_negative(i, v) (atomic_add_return(i, v) < 0)
#define atomic_read_acquire(v) atomic_read(v)
#define atomic_set_release(v, i) atomic_set(v, i)
#define atomic_cond_read_relaxed(v, condition) smp_cond_load_relaxed(&(v)->counter, condition)
#define atomic_cond_read_acquire(v, condition) smp_cond_load_relaxed(&(v)->counter, condition)

#define atomic_add_return_relaxed atomic_add_return
#define atomic_add_return_acquire atomic_add_return
#define atomic_add_return_release atomic_add_return
#define atomic_sub_return_relaxed atomic_sub_return
#define atomic_sub_return_acquire atomic_sub_return
#define atomic_sub_return_release atomic_sub_return
#define atomic_inc_return_relaxed atomic_inc_return
#define atomic_inc_return_acquire atomic_inc_return
#define atomic_inc_return_release atomic_inc_return
#define atomic_dec_return_relaxed atomic_dec_return
#define atomic_dec_return_acquire atomic_dec_return
#define atomic_dec_return_release atomic_dec_return
#define atomic_fetch_add_relaxed atomic_fetch_add
#define atomic_fetch_add_acquire atomic_fetch_add
#define atomic_fetch_add_release atomic_fetch_add
#define atomic_fetch_sub_relaxed atomic_fetch_sub
#define atomic_fetch_sub_acquire atomic_fetch_sub
#define atomic_fetch_sub_release atomic_fetch_sub
#define atomic_fetch_inc_relaxed atomic_fetch_inc
#define atomic_fetch_inc_acquire atomic_fetch_inc
#define atomic_fetch_inc_release atomic_fetch_inc
#define atomic_fetch_dec_relaxed atomic_fetch_dec
#define atomic_fetch_dec_acquire atomic_fetch_dec
#define atomic_fetch_dec_release atomic_fetch_dec
#define atomic_fetch_or_relaxed atomic_fetch_or
#define atomic_fetch_or_acquire atomic_fetch_or
#define atomic_fetch_or_release atomic_fetch_or
#define atomic_fetch_and_relaxed atomic_fetch_and
#define atomic_fetch_and_acquire atomic_fetch_and
#define atomic_fetch_and_release atomic_fetch_and
#define atomic_fetch_xor_relaxed atomic_fetch_xor
#define atomic_fetch_xor_acquire atomic_fetch_xor
#define atomic_fetch_xor_release atomic_fetch_xor
#define atomic_fetch_andnot_relaxed atomic_fetch_andnot
#define atomic_fetch_andnot_acquire atomic_fetch_andnot
#define atomic_fetch_andnot_release atomic_fetch_andnot
#define atomic_xchg_relaxed atomic_xchg
#define atomic_xchg_acquire atomic_xchg
#define atomic_xchg_release atomic_xchg
#define atomic_cmpxchg_relaxed atomic_cmpxchg
#define atomic_cmpxchg_acquire atomic_cmpxchg
#define atomic_cmpxchg_release atomic_cmpxchg
#define atomic_try_cmpxchg_relaxed atomic_try_cmpxchg
#define atomic_try_cmpxchg_acquire atomic_try_cmpxchg
#define atomic_try_cmpxchg_release atomic_try_cmpxchg

/* atomic64_t and atomic_long_t: the instructions of the CPU. */
typedef atomic64_t atomic_long_t;
#define ATOMIC64_INIT(i) { (i) }
#define ATOMIC_LONG_INIT(i) { (i) }

static inline s64 atomic64_read(const atomic64_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline void atomic64_set(atomic64_t *v, s64 i)
{
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);
}

static inline s64 atomic64_fetch_add(s64 i, atomic64_t *v)
{
	return __atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline s64 atomic64_fetch_or(s64 i, atomic64_t *v)
{
	return __atomic_fetch_or(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline s64 atomic64_fetch_and(s64 i, atomic64_t *v)
{
	return __atomic_fetch_and(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline s64 atomic64_fetch_xor(s64 i, atomic64_t *v)
{
	return __atomic_fetch_xor(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline s64 atomic64_xchg(atomic64_t *v, s64 i)
{
	return __atomic_exchange_n(&v->counter, i, __ATOMIC_SEQ_CST);
}

static inline bool atomic64_try_cmpxchg(atomic64_t *v, s64 *old, s64 new)
{
	return __atomic_compare_exchange_n(&v->counter, old, new, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static inline s64 atomic64_cmpxchg(atomic64_t *v, s64 old, s64 new)
{
	atomic64_try_cmpxchg(v, &old, new);
	return old;
}

static inline s64 atomic64_fetch_add_unless(atomic64_t *v, s64 a, s64 u)
{
	s64 old = atomic64_read(v);

	while (old != u && !atomic64_try_cmpxchg(v, &old, old + a))
		;
	return old;
}

static inline s64 atomic64_dec_if_positive(atomic64_t *v)
{
	s64 old = atomic64_read(v);

	while (old > 0 && !atomic64_try_cmpxchg(v, &old, old - 1))
		;
	return old - 1;
}

static inline bool atomic64_inc_unless_negative(atomic64_t *v)
{
	s64 old = atomic64_read(v);

	while (old >= 0)
		if (atomic64_try_cmpxchg(v, &old, old + 1))
			return true;
	return false;
}

static inline bool atomic64_dec_unless_positive(atomic64_t *v)
{
	s64 old = atomic64_read(v);

	while (old <= 0)
		if (atomic64_try_cmpxchg(v, &old, old - 1))
			return true;
	return false;
}

#define atomic64_add(i, v) ((void)atomic64_fetch_add(i, v))
#define atomic64_sub(i, v) ((void)atomic64_fetch_add(-(s64)(i), v))
#define atomic64_inc(v) ((void)atomic64_fetch_add(1, v))
#define atomic64_dec(v) ((void)atomic64_fetch_add(-1, v))
#define atomic64_add_return(i, v)                               \
	({                                                      \
		s64 __i = (i);                                  \
		atomic64_fetch_add(__i, v) + __i;               \
	})
#define atomic64_sub_return(i, v) atomic64_add_return(-(s64)(i), v)
#define atomic64_inc_return(v) (atomic64_fetch_add(1, v) + 1)
#define atomic64_dec_return(v) (atomic64_fetch_add(-1, v) - 1)
#define atomic64_fetch_sub(i, v) atomic64_fetch_add(-(s64)(i), v)
#define atomic64_fetch_inc(v) atomic64_fetch_add(1, v)
#define atomic64_fetch_dec(v) atomic64_fetch_add(-1, v)
#define atomic64_fetch_andnot(i, v) atomic64_fetch_and(~(s64)(i), v)
#define atomic64_or(i, v) ((void)atomic64_fetch_or(i, v))
#define atomic64_and(i, v) ((void)atomic64_fetch_and(i, v))
#define atomic64_xor(i, v) ((void)atomic64_fetch_xor(i, v))
#define atomic64_inc_and_test(v) (atomic64_inc_return(v) == 0)
#define atomic64_dec_and_test(v) (atomic64_dec_return(v) == 0)
#define atomic64_sub_and_test(i, v) (atomic64_sub_return(i, v) == 0)
#define atomic64_add_negative(i, v) (atomic64_add_return(i, v) < 0)
#define atomic64_inc_not_zero(v) (atomic64_fetch_add_unless(v, 1, 0) != 0)
#define atomic64_add_unless(v, a, u)                            \
	({                                                      \
		s64 __u = (u);                                  \
		atomic64_fetch_add_unless(v, a, __u) != __u;    \
	})
#define atomic64_read_acquire(v) atomic64_read(v)
#define atomic64_set_release(v, i) atomic64_set(v, i)
#define atomic64_andnot(i, v) ((void)atomic64_fetch_and(~(s64)(i), v))
#define atomic64_cond_read_relaxed(v, condition) smp_cond_load_relaxed(&(v)->counter, condition)
#define atomic64_cond_read_acquire(v, condition) smp_cond_load_relaxed(&(v)->counter, condition)

#define atomic64_add_return_relaxed atomic64_add_return
#define atomic64_add_return_acquire atomic64_add_return
#define atomic64_add_return_release atomic64_add_return
#define atomic64_sub_return_relaxed atomic64_sub_return
#define atomic64_sub_return_acquire atomic64_sub_return
#define atomic64_sub_return_release atomic64_sub_return
#define atomic64_inc_return_relaxed atomic64_inc_return
#define atomic64_inc_return_acquire atomic64_inc_return
#define atomic64_inc_return_release atomic64_inc_return
#define atomic64_dec_return_relaxed atomic64_dec_return
#define atomic64_dec_return_acquire atomic64_dec_return
#define atomic64_dec_return_release atomic64_dec_return
#define atomic64_fetch_add_relaxed atomic64_fetch_add
#define atomic64_fetch_add_acquire atomic64_fetch_add
#define atomic64_fetch_add_release atomic64_fetch_add
#define atomic64_fetch_sub_relaxed atomic64_fetch_sub
#define atomic64_fetch_sub_acquire atomic64_fetch_sub
#define atomic64_fetch_sub_release atomic64_fetch_sub
#define atomic64_fetch_inc_relaxed atomic64_fetch_inc
#define atomic64_fetch_inc_acquire atomic64_fetch_inc
#define atomic64_fetch_inc_release atomic64_fetch_inc
#define atomic64_fetch_dec_relaxed atomic64_fetch_dec
#define atomic64_fetch_dec_acquire atomic64_fetch_dec
#define atomic64_fetch_dec_release atomic64_fetch_dec
#define atomic64_fetch_or_relaxed atomic64_fetch_or
#define atomic64_fetch_or_acquire atomic64_fetch_or
#define atomic64_fetch_or_release atomic64_fetch_or
#define atomic64_fetch_and_relaxed atomic64_fetch_and
#define atomic64_fetch_and_acquire atomic64_fetch_and
#define atomic64_fetch_and_release atomic64_fetch_and
#define atomic64_fetch_xor_relaxed atomic64_fetch_xor
#define atomic64_fetch_xor_acquire atomic64_fetch_xor
#define atomic64_fetch_xor_release atomic64_fetch_xor
#define atomic64_fetch_andnot_relaxed atomic64_fetch_andnot
#define atomic64_fetch_andnot_acquire atomic64_fetch_andnot
#define atomic64_fetch_andnot_release atomic64_fetch_andnot
#define atomic64_xchg_relaxed atomic64_xchg
#define atomic64_xchg_acquire atomic64_xchg
#define atomic64_xchg_release atomic64_xchg
#define atomic64_cmpxchg_relaxed atomic64_cmpxchg
#define atomic64_cmpxchg_acquire atomic64_cmpxchg
#define atomic64_cmpxchg_release atomic64_cmpxchg
#define atomic64_try_cmpxchg_relaxed atomic64_try_cmpxchg
#define atomic64_try_cmpxchg_acquire atomic64_try_cmpxchg
#define atomic64_try_cmpxchg_release atomic64_try_cmpxchg
#define atomic_add_negative_relaxed atomic_add_negative
#define atomic_add_negative_acquire atomic_add_negative
#define atomic_add_negative_release atomic_add_negative
#define atomic64_add_negative_relaxed atomic64_add_negative
#define atomic64_add_negative_acquire atomic64_add_negative
#define atomic64_add_negative_release atomic64_add_negative

#define atomic_long_read atomic64_read
#define atomic_long_set atomic64_set
#define atomic_long_add atomic64_add
#define atomic_long_sub atomic64_sub
#define atomic_long_inc atomic64_inc
#define atomic_long_dec atomic64_dec
#define atomic_long_or atomic64_or
#define atomic_long_and atomic64_and
#define atomic_long_xor atomic64_xor
#define atomic_long_andnot atomic64_andnot
#define atomic_long_add_return atomic64_add_return
#define atomic_long_add_return_relaxed atomic64_add_return_relaxed
#define atomic_long_add_return_acquire atomic64_add_return_acquire
#define atomic_long_add_return_release atomic64_add_return_release
#define atomic_long_sub_return atomic64_sub_return
#define atomic_long_sub_return_relaxed atomic64_sub_return_relaxed
#define atomic_long_sub_return_acquire atomic64_sub_return_acquire
#define atomic_long_sub_return_release atomic64_sub_return_release
#define atomic_long_inc_return atomic64_inc_return
#define atomic_long_inc_return_relaxed atomic64_inc_return_relaxed
#define atomic_long_inc_return_acquire atomic64_inc_return_acquire
#define atomic_long_inc_return_release atomic64_inc_return_release
#define atomic_long_dec_return atomic64_dec_return
#define atomic_long_dec_return_relaxed atomic64_dec_return_relaxed
#define atomic_long_dec_return_acquire atomic64_dec_return_acquire
#define atomic_long_dec_return_release atomic64_dec_return_release
#define atomic_long_fetch_add atomic64_fetch_add
#define atomic_long_fetch_add_relaxed atomic64_fetch_add_relaxed
#define atomic_long_fetch_add_acquire atomic64_fetch_add_acquire
#define atomic_long_fetch_add_release atomic64_fetch_add_release
#define atomic_long_fetch_sub atomic64_fetch_sub
#define atomic_long_fetch_sub_relaxed atomic64_fetch_sub_relaxed
#define atomic_long_fetch_sub_acquire atomic64_fetch_sub_acquire
#define atomic_long_fetch_sub_release atomic64_fetch_sub_release
#define atomic_long_fetch_inc atomic64_fetch_inc
#define atomic_long_fetch_inc_relaxed atomic64_fetch_inc_relaxed
#define atomic_long_fetch_inc_acquire atomic64_fetch_inc_acquire
#define atomic_long_fetch_inc_release atomic64_fetch_inc_release
#define atomic_long_fetch_dec atomic64_fetch_dec
#define atomic_long_fetch_dec_relaxed atomic64_fetch_dec_relaxed
#define atomic_long_fetch_dec_acquire atomic64_fetch_dec_acquire
#define atomic_long_fetch_dec_release atomic64_fetch_dec_release
#define atomic_long_fetch_or atomic64_fetch_or
#define atomic_long_fetch_or_relaxed atomic64_fetch_or_relaxed
#define atomic_long_fetch_or_acquire atomic64_fetch_or_acquire
#define atomic_long_fetch_or_release atomic64_fetch_or_release
#define atomic_long_fetch_and atomic64_fetch_and
#define atomic_long_fetch_and_relaxed atomic64_fetch_and_relaxed
#define atomic_long_fetch_and_acquire atomic64_fetch_and_acquire
#define atomic_long_fetch_and_release atomic64_fetch_and_release
#define atomic_long_fetch_xor atomic64_fetch_xor
#define atomic_long_fetch_xor_relaxed atomic64_fetch_xor_relaxed
#define atomic_long_fetch_xor_acquire atomic64_fetch_xor_acquire
#define atomic_long_fetch_xor_release atomic64_fetch_xor_release
#define atomic_long_fetch_andnot atomic64_fetch_andnot
#define atomic_long_fetch_andnot_relaxed atomic64_fetch_andnot_relaxed
#define atomic_long_fetch_andnot_acquire atomic64_fetch_andnot_acquire
#define atomic_long_fetch_andnot_release atomic64_fetch_andnot_release
#define atomic_long_xchg atomic64_xchg
#define atomic_long_xchg_relaxed atomic64_xchg_relaxed
#define atomic_long_xchg_acquire atomic64_xchg_acquire
#define atomic_long_xchg_release atomic64_xchg_release
#define atomic_long_cmpxchg atomic64_cmpxchg
#define atomic_long_cmpxchg_relaxed atomic64_cmpxchg_relaxed
#define atomic_long_cmpxchg_acquire atomic64_cmpxchg_acquire
#define atomic_long_cmpxchg_release atomic64_cmpxchg_release
#define atomic_long_try_cmpxchg atomic64_try_cmpxchg
#define atomic_long_try_cmpxchg_relaxed atomic64_try_cmpxchg_relaxed
#define atomic_long_try_cmpxchg_acquire atomic64_try_cmpxchg_acquire
#define atomic_long_try_cmpxchg_release atomic64_try_cmpxchg_release
#define atomic_long_add_unless atomic64_add_unless
#define atomic_long_inc_not_zero atomic64_inc_not_zero
#define atomic_long_inc_and_test atomic64_inc_and_test
#define atomic_long_dec_and_test atomic64_dec_and_test
#define atomic_long_sub_and_test atomic64_sub_and_test
#define atomic_long_add_negative atomic64_add_negative
#define atomic_long_add_negative_relaxed atomic64_add_negative_relaxed
#define atomic_long_add_negative_acquire atomic64_add_negative_acquire
#define atomic_long_add_negative_release atomic64_add_negative_release
#define atomic_long_dec_if_positive atomic64_dec_if_positive
#define atomic_long_fetch_add_unless atomic64_fetch_add_unless
#define atomic_long_inc_unless_negative atomic64_inc_unless_negative
#define atomic_long_dec_unless_positive atomic64_dec_unless_positive
#define atomic_long_read_acquire atomic64_read_acquire
#define atomic_long_set_release atomic64_set_release
#define atomic_long_cond_read_relaxed atomic64_cond_read_relaxed
#define atomic_long_cond_read_acquire atomic64_cond_read_acquire

#endif
