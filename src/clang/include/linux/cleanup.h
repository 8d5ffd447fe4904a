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

/* A guard: its value is the lock. */
#define DEFINE_GUARD(name, type, lock, unlock) \
	DEFINE_CLASS(name, type, if (_T) { unlock; }, ({ lock; _T; }), type _T)

/* A guard that holds more than its lock: `_T->lock`, and what else `members` name. */
#define DEFINE_LOCK_GUARD_1(name, type, lock_it, unlock_it, members...)                 \
	typedef struct {                                                                \
		type *lock;                                                             \
		members;                                                                \
	} class_##name##_t;                                                             \
	static inline void class_##name##_destructor(class_##name##_t *_T)              \
	{                                                                               \
		if (_T->lock) {                                                         \
			unlock_it;                                                      \
		}                                                                       \
	}                                                                               \
	static inline class_##name##_t class_##name##_constructor(type *l)              \
	{                                                                               \
		class_##name##_t _t = { .lock = l }, *_T = &_t;                         \
		lock_it;                                                                \
		return _t;                                                              \
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
	}

/* guard(spinlock)(&lock): to the end of the block. */
#define guard(name) CLASS(name, __UNIQUE_ID(guard))
/* scoped_guard(spinlock, &lock): for the statement that follows, which is a loop of one turn. */
#define scoped_guard(name, arguments...) \
	for (CLASS(name, __scope)(arguments), *__turn = NULL; !__turn; __turn = &__scope)

#endif
