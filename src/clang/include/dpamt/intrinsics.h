/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the checker itself does for the C under test. Every other header here is ordinary C on top of these;
 * src/clang/intrinsics.ts says what each one does to the machine.
 */
#ifndef DPAMT_INTRINSICS_H
#define DPAMT_INTRINSICS_H

#include <linux/types.h>

struct page;
struct tdx_module_args;

/* Pages, 2^order in a row: orders 0 to 6, and 9. The flags are those of linux/gfp.h. */
struct page *__dpamt_alloc_page(unsigned int gfp, unsigned int order);
void __dpamt_free_page(struct page *page, unsigned int order);
void __dpamt_split_page(struct page *page, unsigned int order);
unsigned long __dpamt_page_to_pfn(const struct page *page);
struct page *__dpamt_pfn_to_page(unsigned long pfn);
/* The direct map: contents of page frames. */
void *__dpamt_phys_to_virt(unsigned long long phys);
unsigned long long __dpamt_virt_to_phys(const void *address);
/* 64 bytes with a single store that does not merge with others. */
void __dpamt_movdir64b(void *to, const void *from);
/* The same to all of a page, and 1. Where `to` is not its first byte: nothing, and 0. */
int __dpamt_reset_page(void *to);

/* Other memory. `zero`: comes zeroed; else reading it before writing it is a fault. */
void *__dpamt_alloc(unsigned long size, unsigned int gfp, int zero);
void *__dpamt_valloc(unsigned long size, unsigned int gfp, int zero);
void __dpamt_free(const void *address);
unsigned long __dpamt_allocated_size(const void *address);
/* The same, once all read sections have ended that there are now. */
void __dpamt_free_rcu(const void *address);
/* Addresses without memory behind them, freed together with what describes them; and memory for some of them, all 0: not 0 when there is none. */
void *__dpamt_reserve(unsigned long size, const void *area);
int __dpamt_back(void *address, unsigned long size);

/* Spinlocks and rwlocks: one 32-bit word, 0 when free. Mutexes and rw_semaphores the same, but whoever waits sleeps. A trylock
 * gives 1 to whoever has it. */
void __dpamt_spin_lock(void *lock);
int __dpamt_spin_trylock(void *lock);
void __dpamt_spin_unlock(void *lock);
void __dpamt_read_lock(void *lock);
int __dpamt_read_trylock(void *lock);
void __dpamt_read_unlock(void *lock);
void __dpamt_write_lock(void *lock);
int __dpamt_write_trylock(void *lock);
void __dpamt_write_unlock(void *lock);
void __dpamt_mutex_lock(void *lock);
int __dpamt_mutex_trylock(void *lock);
void __dpamt_mutex_unlock(void *lock);
void __dpamt_down_read(void *lock);
int __dpamt_down_read_trylock(void *lock);
void __dpamt_up_read(void *lock);
void __dpamt_down_write(void *lock);
int __dpamt_down_write_trylock(void *lock);
void __dpamt_up_write(void *lock);
void __dpamt_downgrade_write(void *lock);
/* 0: not by this call, 1: it is, 2: a share of it is. */
int __dpamt_lock_is_held(const void *lock);
/* Waits until none of these bits is set in a word of 64 bits, and sets them, in one step. */
void __dpamt_lock_bits(unsigned long *word, unsigned long mask);
/* Sleeps until the word is above 0, and takes 1 from it; of a completion that is done for all, nothing. */
void __dpamt_down(void *word);
void __dpamt_wait_for_completion(void *word);
/* Waits until the count is even. The value is the count. */
unsigned int __dpamt_read_seqbegin(const void *count);
/* A reader of a sequence count begins or ends, writers become more or fewer: what they access meanwhile is no data race. */
void __dpamt_seq_reader(int reads);
void __dpamt_seq_writer(int delta);
/* What keeps others off the CPU: preemption and softirqs go off as often as is said, interrupts once. */
void __dpamt_preempt_disable(void);
void __dpamt_preempt_enable(void);
void __dpamt_bh_disable(void);
void __dpamt_bh_enable(void);
/* Interrupts go off, or become what the flags say. The flags of before: X86_EFLAGS_IF where they were on. */
#define __DPAMT_IRQS_ON 0x200UL
unsigned long __dpamt_irq_save(void);
void __dpamt_irq_restore(unsigned long flags);
int __dpamt_irqs_disabled(void);
/* Bit 0: preemption is off. Bits 8 and 9: in softirq context, softirqs are off. Bit 16: in hard interrupt context. */
int __dpamt_preempt_count(void);
/* Whoever has switched migration off stays on its CPU, and may sleep. */
void __dpamt_migrate_disable(void);
void __dpamt_migrate_enable(void);
/* Locks of one bit that are held become more or fewer: their holder is not preempted. */
void __dpamt_bit_locks(int delta, unsigned long *word);
/* A lock of one bit in this word was had without waiting. */
void __dpamt_bit_tried(unsigned long *word);
void __dpamt_might_sleep(void);
/* A task waits in a queue: whether somebody wakes it makes no difference here, which the result of a check says. */
void __dpamt_queues(void);
/* Whether a signal comes to a task that has to wait: as often as allocations may fail, together with them. */
int __dpamt_signal(void);

/*
 * RCU: read sections, which may lie inside each other. A grace period begins: -1 where there is no reader to wait for,
 * __DPAMT_RCU_BUSY where too many wait already, else its number, which is to be given back when it is over.
 */
#define __DPAMT_RCU_BUSY 2
void __dpamt_rcu_read_lock(void);
void __dpamt_rcu_read_unlock(void);
int __dpamt_rcu_read_lock_held(void);
int __dpamt_rcu_begin(void);
int __dpamt_rcu_passed(int period);
void __dpamt_rcu_end(int period);

/* The same for a domain of its own: a word, 0 at first. Its sections may sleep. The value is the section, to be given back. */
int __dpamt_srcu_read_lock(unsigned int *domain);
void __dpamt_srcu_read_unlock(unsigned int *domain, int section);
int __dpamt_srcu_begin(unsigned int *domain);
int __dpamt_srcu_passed(unsigned int *domain, int period);
void __dpamt_srcu_end(unsigned int *domain, int period);

/*
 * Functions that run later. A callback is told its function, and runs after a grace period; others have its address at offset
 * 8. Work items may sleep. An hrtimer and an irq_work run in hard interrupt context, all others in softirq context. A
 * tasklet has at offset 16 how often it is disabled. Items of a queue that is IN_ORDER run one after the other. One that is
 * DELAYED waits for its time first; MODIFIES: even if it waits for less. Who flushes with DELAYED ends that wait.
 */
#define __DPAMT_CALLBACK 1
#define __DPAMT_WORK 2
#define __DPAMT_TIMER 3
#define __DPAMT_HRTIMER 4
#define __DPAMT_TASKLET 5
#define __DPAMT_IRQ_WORK 6
#define __DPAMT_SRCU_CALLBACK 7
#define __DPAMT_IN_ORDER 8
#define __DPAMT_DELAYED 16
#define __DPAMT_MODIFIES 32
/* 1 where it was queued, 0 where it waits already; below 0 where a timer has no function any more. `of`: the queue of a work item, or the word of the domain of a callback. */
int __dpamt_defer(void *item, int kind, const void *of, const void *callback);
/*
 * What waits does not run: 1 if it waited. SYNC: what runs has ended when this returns. TRY: where it runs nothing changes,
 * and the value is -1. WAIT: nothing changes, but what runs has ended.
 */
#define __DPAMT_NOW 0
#define __DPAMT_SYNC 1
#define __DPAMT_TRY 2
#define __DPAMT_WAIT 3
int __dpamt_cancel(void *item, int kind, int how);
/* Waits until what waits or runs has run: an item, or all of a kind, of a queue or domain, or of any. 1 if there was something. */
int __dpamt_flush(void *item, int kind, const void *of);
/* 1 where it waits, 2 where it runs, 3 where it is to run again. */
int __dpamt_is_deferred(const void *item, int kind);

/* atomic_t: one 32-bit word, each of these one step. */
int __dpamt_atomic_read(const void *v);
void __dpamt_atomic_set(void *v, int value);
int __dpamt_atomic_add_return(void *v, int delta);
int __dpamt_atomic_fetch_add(void *v, int delta);
void __dpamt_atomic_add(void *v, int delta);
int __dpamt_atomic_inc_not_zero(void *v);
int __dpamt_atomic_add_unless(void *v, int delta, int unless);
int __dpamt_atomic_dec_if_positive(void *v);
int __dpamt_atomic_dec_and_test(void *v);
int __dpamt_atomic_xchg(void *v, int value);
int __dpamt_atomic_cmpxchg(void *v, int expected, int value);
int __dpamt_atomic_fetch_or(void *v, int mask);
int __dpamt_atomic_fetch_and(void *v, int mask);
int __dpamt_atomic_fetch_xor(void *v, int mask);
/* smp_mb() and whatever else waits until all stores of this CPU are visible. */
void __dpamt_fence(void);

/* The kernel complains: WARN, BUG (after which nothing goes on), pr_err and pr_warn. */
void __dpamt_warn(void);
void __dpamt_bug(void) __attribute__((noreturn));
void __dpamt_complain(const char *format, ...);

/* SEAMCALL: which registers come back. */
#define __DPAMT_SEAMCALL 0
#define __DPAMT_SEAMCALL_RET 1
#define __DPAMT_SEAMCALL_SAVED_RET 2
unsigned long long __dpamt_seamcall(unsigned long long fn, struct tdx_module_args *args, int how);

/* What the host is like. */
int __dpamt_has_dynamic_pamt(void);
unsigned long __dpamt_max_pfn(void);
/* A loop goes round once more without getting anywhere (cpu_relax). */
void __dpamt_relax(void);
/* The environment picks one of so many alternatives, from 0. */
int __dpamt_choose(int alternatives);

/* The CPU that runs this, and how many there are. With one of these, or the next two, CPUs are not interchangeable. */
int __dpamt_cpu(void);
int __dpamt_cpus(void);
/* What each CPU has one of: the one of a CPU, and memory for it, all 0; NULL where there is none. */
void *__dpamt_per_cpu(const volatile void *pointer, int cpu);
void *__dpamt_alloc_percpu(unsigned long size);
/* The one of the CPU that runs this. */
void *__dpamt_this_cpu(const volatile void *pointer);

/* Changes a member of a struct page: in one step where CPUs share that, else by a load and a store. The value before. */
unsigned long __dpamt_page_or(unsigned long *member, unsigned long mask);
unsigned long __dpamt_page_and(unsigned long *member, unsigned long mask);
int __dpamt_page_add(atomic_t *member, int delta);
int __dpamt_page_cmpxchg(atomic_t *member, int expected, int value);
/* The same for a page that may be free, whose member counts as -1. Whether it has added. */
bool __dpamt_page_add_unless(struct page *page, atomic_t *member, int delta, int unless);
/* Whether the file counts references to pages; __dpamt_count_pages() says that it does. */
int __dpamt_counts_pages(void);
void __dpamt_count_pages(void);

#endif
