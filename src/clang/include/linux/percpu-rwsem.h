/* SPDX-License-Identifier: Apache-2.0 */
/* Reader/writer locks that readers take cheaply: here as any other. */
#ifndef _LINUX_PERCPU_RWSEM_H
#define _LINUX_PERCPU_RWSEM_H

#include <linux/rwsem.h>

struct percpu_rw_semaphore {
	struct rw_semaphore sem;
};

#define DEFINE_PERCPU_RWSEM(name) struct percpu_rw_semaphore name = { { 0 } }
#define DEFINE_STATIC_PERCPU_RWSEM(name) static DEFINE_PERCPU_RWSEM(name)
#define percpu_init_rwsem(rwsem) (init_rwsem(&(rwsem)->sem), 0)
#define percpu_free_rwsem(rwsem) ((void)(rwsem))
#define percpu_down_read(rwsem) down_read(&(rwsem)->sem)
#define percpu_down_read_trylock(rwsem) down_read_trylock(&(rwsem)->sem)
#define percpu_up_read(rwsem) up_read(&(rwsem)->sem)
#define percpu_down_write(rwsem) down_write(&(rwsem)->sem)
#define percpu_up_write(rwsem) up_write(&(rwsem)->sem)
#define percpu_is_write_locked(rwsem) (__dpamt_atomic_read(&(rwsem)->sem) == -1)
#define percpu_rwsem_assert_held(rwsem) lockdep_assert_held(&(rwsem)->sem)

DEFINE_GUARD(percpu_read, struct percpu_rw_semaphore *, percpu_down_read(_T), percpu_up_read(_T))
DEFINE_GUARD_COND(percpu_read, _try, percpu_down_read_trylock(_T))
DEFINE_GUARD(percpu_write, struct percpu_rw_semaphore *, percpu_down_write(_T), percpu_up_write(_T))

#endif
