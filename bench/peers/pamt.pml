/*
 * Dynamic PAMT over one 2 MiB region, statement by statement: N CPUs do K rounds of get, use, put each.
 *
 * VARIANT 0  global-lock  the count changes only under pamt_lock
 * VARIANT 1  early-drop   fast paths outside; the last reference is dropped before the lock
 * VARIANT 2  fast-path    fast paths outside; the last reference is dropped under the lock
 *
 * STRICT 1: a REMOVE that finds no pair fails. STRICT 0: the helper just returns.
 */
#ifndef N
#define N 2
#endif
#ifndef K
#define K 1
#endif
#ifndef VARIANT
#define VARIANT 0
#endif
#ifndef STRICT
#define STRICT 1
#endif

byte ref;      /* kernel: references on the region */
bit  lck;      /* kernel: pamt_lock */
bit  pamt;     /* module: 4 KiB PAMT backing present */
bit  excl;     /* module: ADD or REMOVE in progress on the region */
byte shared_;  /* module: other seamcalls in progress on the region */
byte left = N; /* processes still running */

mtype = { OK, BUSY, NOT_FREE, NOT_PRESENT };

#define LOCK   atomic { lck == 0 -> lck = 1 }
#define UNLOCK d_step { assert(lck == 1); lck = 0 }

inline PAMT_ADD(st) {
  do
  :: atomic { (excl == 1 || shared_ > 0) -> st = BUSY }     /* caller retries */
  :: atomic { (excl == 0 && shared_ == 0) -> excl = 1 };
     d_step {
       if
       :: pamt == 1 -> st = NOT_FREE
       :: else      -> pamt = 1; st = OK
       fi;
       excl = 0
     };
     break
  od
}

inline PAMT_REMOVE(st) {
  do
  :: atomic { (excl == 1 || shared_ > 0) -> st = BUSY }
  :: atomic { (excl == 0 && shared_ == 0) -> excl = 1 };
     d_step {
       if
       :: pamt == 0 -> st = NOT_PRESENT
       :: else      -> pamt = 0; st = OK
       fi;
       excl = 0
     };
     break
  od
}

inline USE() {
  d_step { assert(pamt == 1 && excl == 0); shared_++ };
  d_step { assert(pamt == 1); shared_-- }
}

active [N] proctype cpu() {
  byte k;
  bit fast;
  mtype st;

  do
  :: k < K ->
#if VARIANT == 0
     LOCK;
     if
     :: ref == 0 -> PAMT_ADD(st); assert(st == OK)
     :: else
     fi;
     ref++;
     UNLOCK;
#else
     d_step { if :: ref > 0 -> ref++; fast = 1 :: else -> fast = 0 fi };  /* inc_not_zero */
     if
     :: fast == 1
     :: else ->
        LOCK;
        if
        :: ref > 0 -> ref++
        :: else ->
           PAMT_ADD(st);
#if VARIANT == 1
           assert(st == OK || st == NOT_FREE);
#else
           assert(st == OK);
#endif
           ref = 1
        fi;
        UNLOCK
     fi;
     fast = 0;
#endif

     USE();

#if VARIANT == 0
     LOCK;
     ref--;
     if
     :: ref == 0 -> PAMT_REMOVE(st); assert(st == OK)
     :: else
     fi;
     UNLOCK;
#elif VARIANT == 1
     d_step { assert(ref > 0); ref--; if :: ref == 0 -> fast = 0 :: else -> fast = 1 fi }; /* dec_and_test */
     if
     :: fast == 1
     :: else ->
        LOCK;
        if
        :: ref > 0
        :: else ->
           PAMT_REMOVE(st);
#if STRICT
           assert(st == OK)
#else
           skip
#endif
        fi;
        UNLOCK
     fi;
     fast = 0;
#else
     d_step { assert(ref > 0); if :: ref > 1 -> ref--; fast = 1 :: else -> fast = 0 fi }; /* add_unless(-1, 1) */
     if
     :: fast == 1
     :: else ->
        LOCK;
        d_step { assert(ref > 0); ref--; if :: ref == 0 -> fast = 0 :: else -> fast = 1 fi };
        if
        :: fast == 1
        :: else -> PAMT_REMOVE(st); assert(st == OK)
        fi;
        UNLOCK
     fi;
     fast = 0;
#endif
     st = 0;
     k++
  :: else -> break
  od;
  atomic {
    left--;
    if
    :: left == 0 -> assert(ref == 0 && pamt == 0 && excl == 0 && shared_ == 0 && lck == 0)
    :: else
    fi
  }
}
