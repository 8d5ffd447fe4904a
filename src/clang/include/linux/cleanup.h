/* SPDX-License-Identifier: Apache-2.0 */
/* What is undone when a variable goes out of scope: guards of locks, memory that frees itself. */
#ifndef _LINUX_CLEANUP_H
#define _LINUX_CLEANUP_H

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/types.h>

/* Memory: `_T` names the pointer in `expression`. */
#define DEFINE_FREE(name, type, expression)          \
	static inline void __free_##name(void *at)   \
	{                                            \
		type _T = *(type *)at;               \
		expression;                          \
	}
#define __free(name) __cleanup(__free_##name)

/* The pointer, which is then nobody's to free. */
#define no_free_ptr(pointer)                                    \
	({                                                      \
		__typeof__(pointer) __taken = (pointer);        \
		(pointer) = NULL;                               \
		__taken;                                        \
	})
#define retain_and_null_ptr(pointer) ((void)no_free_ptr(pointer))
#define return_ptr(pointer) return no_free_ptr(pointer)

/* A class: a value made by `init` from `arguments`, and `_T` names it in `exit`. */
#define DEFINE_CLASS(name, type, exit, init, arguments...)              \
	typedef type class_##name##_t;                                  \
	static inline void class_##name##_destructor(type *at)          \
	{                                                               \
		type _T = *at;                                          \
		exit;                                                   \
	}                                                               \
	static inline type class_##name##_constructor(arguments)        \
	{                                                               \
		type _t = init;                                         \
		return _t;                                              \
	}
#define CLASS(name, variable) \
	class_##name##_t variable __cleanup(class_##name##_destructor) = class_##name##_constructor

/* The same class with another way to make its values. */
#define EXTEND_CLASS(name, extension, init, arguments...)                               \
	typedef class_##name##_t class_##name##extension##_t;                           \
	static inline void class_##name##extension##_destructor(class_##name##_t *at)   \
	{                                                                               \
		class_##name##_destructor(at);                                          \
	}                                                                               \
	static inline class_##name##_t class_##name##extension##_constructor(arguments) \
	{                                                                               \
		class_##name##_t t = init;                                              \
		return t;                                                               \
	}

/*
 * A lock that may not have been had: then there is the error in its place, or NULL. `_RET` is what taking it gave, and the
 * condition that it was had may be left out.
 */
#define __DPAMT_HAD_1(ignored) _RET
#define __DPAMT_HAD_2(ignored, condition) condition
#define __DPAMT_HAD_PICK(ignored, one, two, name, ...) name
#define __DPAMT_HAD(arguments...) \
	__DPAMT_HAD_PICK(arguments, 0, __DPAMT_HAD_2, __DPAMT_HAD_1)(arguments)
#define __dpamt_had(lock, taking, condition...)                                 \
	({                                                                      \
		long _RET = (taking);                                           \
		bool __had = __DPAMT_HAD(0, ##condition);                       \
		__had ? (void *)(lock) : _RET < 0 ? ERR_PTR(_RET) : NULL;       \
	})

static inline void *__dpamt_had_lock(const void *lock)
{
	return IS_ERR(lock) ? NULL : (void *)lock;
}

static inline long __dpamt_had_error(const void *lock)
{
	return !lock ? -EBUSY : IS_ERR(lock) ? PTR_ERR(lock) : 0;
}

/* A guard: its value is the lock. */
#define DEFINE_GUARD(name, type, lock, unlock)                                          \
	DEFINE_CLASS(name, type, if (__dpamt_had_lock(_T)) { unlock; }, ({ lock; _T; }), type _T) \
	static inline void *class_##name##_lock_ptr(class_##name##_t *at)               \
	{                                                                               \
		return (void *)*at;                                                     \
	}

/* A guard that may fail to take its lock. */
#define DEFINE_GUARD_COND(name, extension, taking, condition...)                                \
	EXTEND_CLASS(name, extension, __dpamt_had(_T, taking, ##condition), class_##name##_t _T) \
	static inline void *class_##name##extension##_lock_ptr(class_##name##_t *at)            \
	{                                                                                       \
		return class_##name##_lock_ptr(at);                                             \
	}

/* A guard that holds more than its lock: `_T->lock`, and what else `members` name. */
#define DEFINE_LOCK_GUARD_1(name, type, lock_it, unlock_it, members...)                 \
	typedef struct {                                                                \
		type *lock;                                                             \
		members;                                                                \
	} class_##name##_t;                                                             \
	static inline void class_##name##_destructor(class_##name##_t *_T)              \
	{                                                                               \
		if (__dpamt_had_lock(_T->lock)) {                                       \
			unlock_it;                                                      \
		}                                                                       \
	}                                                                               \
	static inline class_##name##_t class_##name##_constructor(type *l)              \
	{                                                                               \
		class_##name##_t _t = { .lock = l }, *_T = &_t;                         \
		lock_it;                                                                \
		return _t;                                                              \
	}                                                                               \
	static inline void *class_##name##_lock_ptr(class_##name##_t *at)               \
	{                                                                               \
		return (void *)at->lock;                                                \
	}

#define DEFINE_LOCK_GUARD_1_COND(name, extension, taking, condition...)                         \
	EXTEND_CLASS(name, extension,                                                           \
		({                                                                              \
			class_##name##_t __t = { .lock = l }, *_T = &__t;                       \
			__t.lock = __dpamt_had(_T->lock, taking, ##condition);                  \
			__t;                                                                    \
		}),                                                                             \
		__typeof__(((class_##name##_t *)0)->lock) l)                                    \
	static inline void *class_##name##extension##_lock_ptr(class_##name##_t *at)            \
	{                                                                                       \
		return class_##name##_lock_ptr(at);                                             \
	}

/* A guard of something that is there once for all: interrupts, preemption. */
#define DEFINE_LOCK_GUARD_0(name, lock_it, unlock_it, members...)               \
	typedef struct {                                                        \
		void *lock;                                                     \
		members;                                                        \
	} class_##name##_t;                                                     \
	static inline void class_##name##_destructor(class_##name##_t *_T)      \
	{                                                                       \
		unlock_it;                                                      \
	}                                                                       \
	static inline class_##name##_t class_##name##_constructor(void)         \
	{                                                                       \
		class_##name##_t _t = { .lock = (void *)1 }, *_T = &_t;         \
		lock_it;                                                        \
		return *_T;                                                     \
	}                                                                       \
	static inline void *class_##name##_lock_ptr(class_##name##_t *at)       \
	{                                                                       \
		return at->lock;                                                \
	}

/* guard(spinlock)(&lock): to the end of the block. */
#define guard(name) CLASS(name, __UNIQUE_ID(guard))
/* scoped_guard(spinlock, &lock): for the statement that follows, which is a loop of one turn. Not without the lock. */
#define scoped_guard(name, arguments...)                                                        \
	for (CLASS(name, __scope)(arguments), *__turn = NULL;                                   \
	     !__turn && __dpamt_had_lock(class_##name##_lock_ptr(&__scope)); __turn = &__scope)
/* scoped_cond_guard(mutex_try, return -EBUSY, &lock): `fails` where the lock was not had. */
#define scoped_cond_guard(name, fails, arguments...)                                            \
	for (CLASS(name, __scope)(arguments), *__turn = NULL; !__turn; __turn = &__scope)       \
		if (!__dpamt_had_lock(class_##name##_lock_ptr(&__scope))) {                     \
			fails;                                                                  \
		} else
/* ACQUIRE(mutex_try, guard)(&lock): to the end of the block; ACQUIRE_ERR(mutex_try, &guard) is 0 where it was had. */
#define ACQUIRE(name, variable) CLASS(name, variable)
#define ACQUIRE_ERR(name, variable) ((int)__dpamt_had_error(class_##name##_lock_ptr(variable)))

#endif
