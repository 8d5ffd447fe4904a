/*
 * The early-drop design over one 2 MiB region: N CPUs do K rounds of get, use, put each. One step for each
 * shared access, 16 locations; the same model as ../coarse.ts and pamt.m.in.
 *
 * STRICT 1: a REMOVE that finds no pair fails. STRICT 0: it is let pass, so that the whole space is walked.
 */
#ifndef N
#define N 2
#endif
#ifndef K
#define K 1
#endif
#ifndef STRICT
#define STRICT 0
#endif

byte ref;   /* kernel: references */
bit  lck;   /* kernel: lock */
bit  pamt;  /* module: the pair is installed */
bit  excl;  /* module: ADD or REMOVE is at the region */
byte shr;   /* module: other calls are at the region */

active [N] proctype cpu() {
  byte k;
end_idle:
  if
  :: atomic { k < K && ref > 0 -> ref++ }; goto useIt
  :: atomic { k < K && ref == 0 -> skip }; goto getLock
  fi;
getLock:  atomic { lck == 0 -> lck = 1 };
          if
          :: atomic { ref > 0 -> ref++ }; goto getUnlock
          :: atomic { ref == 0 -> skip }
          fi;
addBegin: atomic { excl == 0 && shr == 0 -> excl = 1 };
addEnd:   atomic { excl = 0; pamt = 1 };
setOne:   ref = 1;
getUnlock: lck = 0;
useIt:    atomic { assert(pamt == 1 && excl == 0); shr++ };
used:     atomic { assert(pamt == 1 && excl == 0); shr-- };
putIt:    if
          :: atomic { ref == 1 -> ref = 0 }
          :: atomic { ref != 1 -> ref-- }; goto done
          fi;
putLock:  atomic { lck == 0 -> lck = 1 };
          if
          :: atomic { ref > 0 -> skip }; goto putUnlock
          :: atomic { ref == 0 -> skip }
          fi;
remBegin: atomic { excl == 0 && shr == 0 -> excl = 1 };
remEnd:   atomic {
#if STRICT
            assert(pamt == 1);
#endif
            excl = 0; pamt = 0 };
putUnlock: lck = 0;
done:     k++;
          goto end_idle
}
