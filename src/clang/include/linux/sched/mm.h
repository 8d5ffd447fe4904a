/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_SCHED_MM_H
#define _LINUX_SCHED_MM_H

#include <linux/cleanup.h>
#include <linux/sched.h>

/* What allocations of the task may wait for: those that may sleep fail as often as before. */
static inline unsigned int memalloc_flags_save(unsigned int flags)
{
	return 0;
}

static inline void memalloc_flags_restore(unsigned int flags)
{
}

#define memalloc_nofs_save() memalloc_flags_save(0)
#define memalloc_nofs_restore(flags) memalloc_flags_restore(flags)
#define memalloc_noio_save() memalloc_flags_save(0)
#define memalloc_noio_restore(flags) memalloc_flags_restore(flags)
#define memalloc_noreclaim_save() memalloc_flags_save(0)
#define memalloc_noreclaim_restore(flags) memalloc_flags_restore(flags)
#define memalloc_pin_save() memalloc_flags_save(0)
#define memalloc_pin_restore(flags) memalloc_flags_restore(flags)

#endif
