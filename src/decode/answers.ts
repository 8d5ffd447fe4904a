/**
 * Which SEAMCALLs answered what in the explorations of `tools/decode/plan.ts`. `npm run answers` writes this file;
 * `explored-answers.ts` reads it.
 */

/** Design, scenario, CPUs and rounds and regions and failing allocations, caller, states, outcome, broken, leaves. */
export const exploredTable = `
global-lock main 2,2,2,1 right 51383 complete - 24,58,59
global-lock partial-region 2,1,1,1 right 86 complete - 24,58,59
global-lock zap-put 2,1,1,1 right 65 complete - 58,59
global-lock extra-put 1,1,1,1 wrong 67 complete - 24,58,59
global-lock td-create@tds 1,1,2,1 right 3238 complete - 1,8,9,58,59
global-lock vcpu-create@tds 1,1,2,1 right 2734 complete - 4,10,58,59
global-lock populate@tds 1,1,2,1 right 1130 complete - 2,3,58
global-lock fault@tds 1,1,2,1 right 1102 complete - 3,6,58
global-lock map-2m@tds 1,1,2,1 right 6 complete - 6
global-lock zap@tds 1,1,2,1 right 20 complete - 7,29,38,41,59
global-lock zap-split@tds 1,1,2,1 right 16 complete - 7,29,38,41
global-lock split@tds 1,1,2,1 right 1208 complete - 7,15,38,58,59
global-lock merge@tds 1,1,2,1 right 18 complete - 7,23,38,59
global-lock teardown@tds 1,1,2,1 right 213 complete - 18,19,20,28,40,41,59
global-lock populate+populate@one-td 2,1,2,1 right 8523 complete - 2,3,58
global-lock populate+populate@tds 2,1,2,1 right 254687 complete - 2,3,58
global-lock populate+fault@tds 2,1,2,1 right 233799 complete - 2,3,6,58
global-lock populate+map-2m@tds 2,1,2,1 right 6780 complete - 2,3,6,58
global-lock populate+zap@tds 2,1,2,1 right 11384 complete - 2,3,7,29,38,41,58,59
global-lock populate+zap-split@tds 2,1,2,1 right 4528 complete - 2,3,7,29,38,41,58
global-lock populate+split@tds 2,1,2,1 right 206472 broken R2,R9 2,3,7,15,38,58,59
global-lock populate+merge@tds 2,1,2,1 right 9810 complete - 2,3,7,23,38,58,59
global-lock populate+teardown@tds 2,1,2,1 right 270301 complete - 2,3,18,19,20,28,40,41,58,59
global-lock fault+fault@one-td 2,1,2,1 right 213539 complete - 3,6,58
global-lock fault+fault@tds 2,1,2,1 right 213599 complete - 3,6,58
global-lock fault+map-2m@one-td 2,1,2,1 right 8470 complete - 3,6,58
global-lock fault+map-2m@tds 2,1,2,1 right 6612 complete - 3,6,58
global-lock fault+zap@one-td 2,1,2,1 right 2860 complete - 3,6,7,29,38,41,58,59
global-lock fault+zap@tds 2,1,2,1 right 10848 complete - 3,6,7,29,38,41,58,59
global-lock fault+zap-split@one-td 2,1,2,1 right 1051 complete - 3,6,7,29,38,41,58
global-lock fault+zap-split@tds 2,1,2,1 right 4240 complete - 3,6,7,29,38,41,58
global-lock fault+split@one-td 2,1,2,1 right 135761 complete - 3,6,7,15,38,58,59
global-lock fault+split@tds 2,1,2,1 right 223902 broken R2,R9 3,6,7,15,38,58,59
global-lock fault+merge@one-td 2,1,2,1 right 2797 complete - 3,6,7,23,38,58,59
global-lock fault+merge@tds 2,1,2,1 right 9336 complete - 3,6,7,23,38,58,59
global-lock fault+teardown@tds 2,1,2,1 right 264253 complete - 3,6,18,19,20,28,40,41,58,59
global-lock map-2m+map-2m@one-td 2,1,2,1 right 49 complete - 6
global-lock map-2m+map-2m@tds 2,1,2,1 right 36 complete - 6
global-lock map-2m+zap@one-td 2,1,2,1 right 56 complete - 6,7,29,38,41,59
global-lock map-2m+zap@tds 2,1,2,1 right 120 complete - 6,7,29,38,41,59
global-lock map-2m+zap-split@one-td 2,1,2,1 right 48 complete - 6,7,29,38,41
global-lock map-2m+zap-split@tds 2,1,2,1 right 96 complete - 6,7,29,38,41
global-lock map-2m+split@one-td 2,1,2,1 right 4128 complete - 6,7,15,38,58,59
global-lock map-2m+split@tds 2,1,2,1 right 7248 complete - 6,7,15,38,58,59
global-lock map-2m+merge@one-td 2,1,2,1 right 52 complete - 6,7,23,38,59
global-lock map-2m+merge@tds 2,1,2,1 right 108 complete - 6,7,23,38,59
global-lock map-2m+teardown@tds 2,1,2,1 right 1278 complete - 6,18,19,20,28,40,41,59
global-lock zap+zap@one-td 2,1,2,1 right 72 complete - 7,29,38,41,59
global-lock zap+zap@tds 2,1,2,1 right 728 complete - 7,29,38,41,59
global-lock zap+zap-split@one-td 2,1,2,1 right 60 complete - 7,29,38,41
global-lock zap+zap-split@tds 2,1,2,1 right 256 complete - 7,29,38,41
global-lock zap+split@one-td 2,1,2,1 right 5387 complete - 7,15,29,38,41,58,59
global-lock zap+split@tds 2,1,2,1 right 27974 broken R1,R9 7,15,29,38,41,58,59
global-lock zap+merge@one-td 2,1,2,1 right 68 complete - 7,23,29,38,41,59
global-lock zap+merge@tds 2,1,2,1 right 577 complete - 7,23,29,38,41,59
global-lock zap+teardown@tds 2,1,2,1 right 10115 complete - 7,18,19,20,28,29,38,40,41,59
global-lock zap-split+zap-split@one-td 2,1,2,1 right 60 complete - 7,29,38,41
global-lock zap-split+zap-split@tds 2,1,2,1 right 256 complete - 7,29,38,41
global-lock zap-split+split@one-td 2,1,2,1 right 2808 complete - 7,15,29,38,41,58,59
global-lock zap-split+split@tds 2,1,2,1 right 9808 complete - 7,15,29,38,41,58,59
global-lock zap-split+merge@one-td 2,1,2,1 right 60 complete - 7,23,29,38,41
global-lock zap-split+merge@tds 2,1,2,1 right 256 complete - 7,23,29,38,41
global-lock zap-split+teardown@tds 2,1,2,1 right 3312 complete - 7,18,19,20,28,29,38,40,41,59
global-lock split+split@one-td 2,1,2,1 right 111018 broken R1,R2,R9 7,15,38,58,59
global-lock split+split@tds 2,1,2,1 right 200677 broken R1,R2,R9 7,15,38,58,59
global-lock split+merge@one-td 2,1,2,1 right 4908 complete - 7,15,23,38,58,59
global-lock split+merge@tds 2,1,2,1 right 32665 broken R1,R9 7,15,23,38,58,59
global-lock split+teardown@tds 2,1,2,1 right 136000 broken R1,R9 7,15,18,19,20,28,38,40,41,58,59
global-lock merge+merge@one-td 2,1,2,1 right 64 complete - 7,23,38,59
global-lock merge+merge@tds 2,1,2,1 right 467 complete - 7,23,38,59
global-lock merge+teardown@tds 2,1,2,1 right 8303 complete - 7,18,19,20,23,28,38,40,41,59
global-lock teardown+teardown@tds 2,1,2,1 right 84881 complete - 18,19,20,28,40,41,59
global-lock zap-early-put@tds 1,1,2,1 wrong 9 broken R1 7,38,59
global-lock zap-early-put+zap@one-td 2,1,2,1 wrong 62 broken R1 7,29,38,41,59
global-lock zap-early-put+zap@tds 2,1,2,1 wrong 1119 broken R1,R7 7,29,38,41,59
global-lock zap-early-put+fault@one-td 2,1,2,1 wrong 756 broken R1 3,6,7,29,38,41,58,59
global-lock zap-early-put+fault@tds 2,1,2,1 wrong 5385 broken R1 3,6,7,29,38,41,58,59
global-lock zap-put-before-write-back@tds 1,1,2,1 wrong 18 complete - 7,29,38,41,59
global-lock zap-put-before-write-back+zap@one-td 2,1,2,1 wrong 70 complete - 7,29,38,41,59
global-lock zap-put-before-write-back+zap@tds 2,1,2,1 wrong 770 broken R1 7,29,38,41,59
global-lock zap-put-before-write-back+fault@one-td 2,1,2,1 wrong 2844 complete - 3,6,7,29,38,41,58,59
global-lock zap-put-before-write-back+fault@tds 2,1,2,1 wrong 15383 broken R1,R2 3,6,7,29,38,41,58,59
global-lock split-locked+split-locked@one-td 2,1,2,1 right 117627 complete - 7,15,38,58,59
global-lock split-locked+split-locked@tds 2,1,2,1 right 191211 complete - 7,15,38,58,59
global-lock split-locked+fault@one-td 2,1,2,1 right 117089 complete - 3,6,7,15,38,58,59
global-lock split-locked+fault@tds 2,1,2,1 right 439389 complete - 3,6,7,15,38,58,59
global-lock split-locked+zap@one-td 2,1,2,1 right 4577 complete - 7,15,29,38,41,58,59
global-lock split-locked+zap@tds 2,1,2,1 right 17889 complete - 7,15,29,38,41,58,59
early-drop main 2,2,2,1 right 102290 broken R1 24,58,59
early-drop partial-region 2,1,1,1 right 218 broken R1 24,58,59
early-drop zap-put 2,1,1,1 right 151 complete - 58,59
early-drop extra-put 1,1,1,1 wrong 17 broken R13 58,59
fast-path main 2,2,2,1 right 103192 complete - 24,58,59
fast-path partial-region 2,1,1,1 right 172 complete - 24,58,59
fast-path zap-put 2,1,1,1 right 121 complete - 58,59
fast-path extra-put 1,1,1,1 wrong 17 broken R13 58,59
fast-path fault@tds 1,1,2,1 right 1090 complete - 3,6,58
fast-path map-2m@tds 1,1,2,1 right 6 complete - 6
fast-path zap@tds 1,1,2,1 right 20 complete - 7,29,38,41,59
fast-path zap-split@tds 1,1,2,1 right 16 complete - 7,29,38,41
fast-path split@tds 1,1,2,1 right 1208 complete - 7,15,38,58,59
fast-path merge@tds 1,1,2,1 right 18 complete - 7,23,38,59
fast-path teardown@tds 1,1,2,1 right 198 complete - 18,19,20,28,40,41,59
fast-path fault+fault@one-td 2,1,2,1 right 333795 complete - 3,6,58
fast-path fault+fault@tds 2,1,2,1 right 540563 complete - 3,6,58
fast-path fault+map-2m@one-td 2,1,2,1 right 8386 complete - 3,6,58
fast-path fault+map-2m@tds 2,1,2,1 right 6540 complete - 3,6,58
fast-path fault+zap@one-td 2,1,2,1 right 2924 complete - 3,6,7,29,38,41,58,59
fast-path fault+zap@tds 2,1,2,1 right 11447 complete - 3,6,7,29,38,41,58,59
fast-path fault+zap-split@one-td 2,1,2,1 right 1017 complete - 3,6,7,29,38,41,58
fast-path fault+zap-split@tds 2,1,2,1 right 4000 complete - 3,6,7,29,38,41,58
fast-path fault+split@one-td 2,1,2,1 right 181461 complete - 3,6,7,15,38,58,59
fast-path fault+split@tds 2,1,2,1 right 203215 broken R2,R9 3,6,7,15,38,58,59
fast-path fault+merge@one-td 2,1,2,1 right 2861 complete - 3,6,7,23,38,58,59
fast-path fault+merge@tds 2,1,2,1 right 9953 complete - 3,6,7,23,38,58,59
fast-path fault+teardown@tds 2,1,2,1 right 275453 complete - 3,6,18,19,20,28,40,41,58,59
fast-path map-2m+map-2m@one-td 2,1,2,1 right 49 complete - 6
fast-path map-2m+map-2m@tds 2,1,2,1 right 36 complete - 6
fast-path map-2m+zap@one-td 2,1,2,1 right 56 complete - 6,7,29,38,41,59
fast-path map-2m+zap@tds 2,1,2,1 right 120 complete - 6,7,29,38,41,59
fast-path map-2m+zap-split@one-td 2,1,2,1 right 48 complete - 6,7,29,38,41
fast-path map-2m+zap-split@tds 2,1,2,1 right 96 complete - 6,7,29,38,41
fast-path map-2m+split@one-td 2,1,2,1 right 4128 complete - 6,7,15,38,58,59
fast-path map-2m+split@tds 2,1,2,1 right 7248 complete - 6,7,15,38,58,59
fast-path map-2m+merge@one-td 2,1,2,1 right 52 complete - 6,7,23,38,59
fast-path map-2m+merge@tds 2,1,2,1 right 108 complete - 6,7,23,38,59
fast-path map-2m+teardown@tds 2,1,2,1 right 1188 complete - 6,18,19,20,28,40,41,59
fast-path zap+zap@one-td 2,1,2,1 right 72 complete - 7,29,38,41,59
fast-path zap+zap@tds 2,1,2,1 right 736 complete - 7,29,38,41,59
fast-path zap+zap-split@one-td 2,1,2,1 right 60 complete - 7,29,38,41
fast-path zap+zap-split@tds 2,1,2,1 right 256 complete - 7,29,38,41
fast-path zap+split@one-td 2,1,2,1 right 5593 complete - 7,15,29,38,41,58,59
fast-path zap+split@tds 2,1,2,1 right 29400 broken R1,R9 7,15,29,38,41,58,59
fast-path zap+merge@one-td 2,1,2,1 right 68 complete - 7,23,29,38,41,59
fast-path zap+merge@tds 2,1,2,1 right 585 complete - 7,23,29,38,41,59
fast-path zap+teardown@tds 2,1,2,1 right 10000 complete - 7,18,19,20,28,29,38,40,41,59
fast-path zap-split+zap-split@one-td 2,1,2,1 right 60 complete - 7,29,38,41
fast-path zap-split+zap-split@tds 2,1,2,1 right 256 complete - 7,29,38,41
fast-path zap-split+split@one-td 2,1,2,1 right 2792 complete - 7,15,29,38,41,58,59
fast-path zap-split+split@tds 2,1,2,1 right 9792 complete - 7,15,29,38,41,58,59
fast-path zap-split+merge@one-td 2,1,2,1 right 60 complete - 7,23,29,38,41
fast-path zap-split+merge@tds 2,1,2,1 right 256 complete - 7,23,29,38,41
fast-path zap-split+teardown@tds 2,1,2,1 right 3056 complete - 7,18,19,20,28,29,38,40,41,59
fast-path split+split@one-td 2,1,2,1 right 111010 broken R1,R2,R9 7,15,38,58,59
fast-path split+split@tds 2,1,2,1 right 200638 broken R1,R2,R9 7,15,38,58,59
fast-path split+merge@one-td 2,1,2,1 right 5114 complete - 7,15,23,38,58,59
fast-path split+merge@tds 2,1,2,1 right 34767 broken R1,R9 7,15,23,38,58,59
fast-path split+teardown@tds 2,1,2,1 right 134036 broken R1,R9 7,15,18,19,20,28,38,40,41,58,59
fast-path merge+merge@one-td 2,1,2,1 right 64 complete - 7,23,38,59
fast-path merge+merge@tds 2,1,2,1 right 475 complete - 7,23,38,59
fast-path merge+teardown@tds 2,1,2,1 right 8323 complete - 7,18,19,20,23,28,38,40,41,59
fast-path teardown+teardown@tds 2,1,2,1 right 74233 complete - 18,19,20,28,40,41,59
fast-path zap-early-put@tds 1,1,2,1 wrong 9 broken R1 7,38,59
fast-path zap-early-put+zap@one-td 2,1,2,1 wrong 61 broken R1 7,29,38,41,59
fast-path zap-early-put+zap@tds 2,1,2,1 wrong 1175 broken R1,R7 7,29,38,41,59
fast-path zap-early-put+fault@one-td 2,1,2,1 wrong 764 broken R1 3,6,7,29,38,41,58,59
fast-path zap-early-put+fault@tds 2,1,2,1 wrong 5819 broken R1 3,6,7,29,38,41,58,59
fast-path zap-put-before-write-back@tds 1,1,2,1 wrong 18 complete - 7,29,38,41,59
fast-path zap-put-before-write-back+zap@one-td 2,1,2,1 wrong 69 complete - 7,29,38,41,59
fast-path zap-put-before-write-back+zap@tds 2,1,2,1 wrong 802 broken R1 7,29,38,41,59
fast-path zap-put-before-write-back+fault@one-td 2,1,2,1 wrong 2908 complete - 3,6,7,29,38,41,58,59
fast-path zap-put-before-write-back+fault@tds 2,1,2,1 wrong 17052 broken R1,R2 3,6,7,29,38,41,58,59
fast-path split-locked+split-locked@one-td 2,1,2,1 right 157911 complete - 7,15,38,58,59
fast-path split-locked+split-locked@tds 2,1,2,1 right 231495 complete - 7,15,38,58,59
fast-path split-locked+fault@one-td 2,1,2,1 right 160677 complete - 3,6,7,15,38,58,59
fast-path split-locked+fault@tds 2,1,2,1 right 667629 complete - 3,6,7,15,38,58,59
fast-path split-locked+zap@one-td 2,1,2,1 right 4759 complete - 7,15,29,38,41,58,59
fast-path split-locked+zap@tds 2,1,2,1 right 18723 complete - 7,15,29,38,41,58,59
region-locks main 2,2,2,1 right 111252 broken R1,R2 24,58,59
region-locks partial-region 2,1,1,1 right 86 complete - 24,58,59
region-locks zap-put 2,1,1,1 right 65 complete - 58,59
region-locks extra-put 1,1,1,1 wrong 67 complete - 24,58,59
mirrored-rwlocks main 2,2,2,1 right 69822 broken R9 24,58,59
mirrored-rwlocks partial-region 2,1,1,1 right 86 complete - 24,58,59
mirrored-rwlocks zap-put 2,1,1,1 right 65 complete - 58,59
mirrored-rwlocks extra-put 1,1,1,1 wrong 67 complete - 24,58,59
ordered-rwlocks main 2,2,2,1 right 457537 complete - 24,58,59
ordered-rwlocks partial-region 2,1,1,1 right 204 complete - 24,58,59
ordered-rwlocks zap-put 2,1,1,1 right 141 complete - 58,59
ordered-rwlocks extra-put 1,1,1,1 wrong 63 complete - 24,58,59
reserved-pool main 2,2,2,1 right 152685 complete - 24,58,59
reserved-pool partial-region 2,1,1,1 right 165 complete - 24,58,59
reserved-pool zap-put 2,1,1,1 right 114 complete - 58,59
reserved-pool extra-put 1,1,1,1 wrong 20 complete - 24,58,59
lazy main 2,2,2,1 right 106047 broken R1,R2,R3 24,58,59
lazy partial-region 2,1,1,1 right 2175 broken R1,R2,R3 24,58,59
lazy zap-put 2,1,1,1 right 1565 broken R1,R2,R3 24,58,59
lazy extra-put 1,1,1,1 wrong 23 broken R13 24,58,59
static-pamt main 2,2,2,1 right 5 complete - 24
static-pamt partial-region 2,1,1,1 right 3 complete - 24
static-pamt zap-put 2,1,1,1 right 3 complete - -
static-pamt extra-put 1,1,1,1 wrong 2 complete - 24
`;

/** Design, leaf, status, flow, helper, context switches, what it breaks, schedule, scenarios. */
export const answersTable = `
global-lock 59 0xc000030500000001 extra-put tdx_pamt_put 0 - - extra-put
global-lock 15 0x800002000000000c split - 2 R9 dpamt1:global-lock:zap+split@tds:c2,r1,g2,f1,padversarial,unone:R9:1.sc6dp.6.0100000000_0.ymsbk.1._1.iy3oo.9.~ zap+split@tds,populate+split@tds,fault+split@tds,split+split@one-td,split+split@tds,split+merge@tds,split+teardown@tds
global-lock 58 0x8000020000000001 populate tdx_pamt_get 1 R2 dpamt1:global-lock:populate+split@tds:c2,r1,g2,f1,padversarial,unone:R2:1.sc6dp.7.0000000011_0.2h5x2.1.000000100~ populate+split@tds
global-lock 58 0x8000020000000001 fault tdx_pamt_get 1 R2 dpamt1:global-lock:fault+split@tds:c2,r1,g2,f1,padversarial,unone:R2:1.sc6dp.7.0000000011_0.2h5x2.1.000000100~ fault+split@tds,zap-put-before-write-back+fault@tds
global-lock 59 0x8000020000000001 zap tdx_pamt_put 1 R1 dpamt1:global-lock:zap+split@tds:c2,r1,g2,f1,padversarial,unone:R1:1.w7mdu.1.0100000000_0.iy3oo.5.~ zap+split@tds,zap-early-put+zap@tds,zap-put-before-write-back+zap@tds
global-lock 58 0x8000020000000001 split tdx_alloc_page 1 R2 dpamt1:global-lock:split+split@one-td:c2,r1,g2,f1,padversarial,unone:R2:0.sc6dp.7.0000000011_1.2h5x2.1.010000~ split+split@one-td,split+split@tds
global-lock 15 0x800002000000000d split - 2 R9 dpamt1:global-lock:split+split@one-td:c2,r1,g2,f1,padversarial,unone:R9:0.sc6dp.7.0000000001_1.w2xyl.1.010000_0.iy3oo.11.~ split+split@one-td,split+split@tds
global-lock 59 0x8000020000000001 split tdx_free_page 7 R1 dpamt1:global-lock:split+split@one-td:c2,r1,g2,f1,padversarial,unone:R1:0.sc6dp.7.0000000001_1.w2xyl.1.010000_0.sc6dp.11._1.2h5x2.1._0.5zuie.1._1.csvow.2.01_0.qh5o8.1._1.iy3oo.2.~ split+split@one-td,split+split@tds
global-lock 59 0x8000020000000001 merge tdx_pamt_put 1 R1 dpamt1:global-lock:split+merge@tds:c2,r1,g2,f1,padversarial,unone:R1:0.w7mdu.1.0100000000_1.iy3oo.4.~ split+merge@tds
global-lock 59 0x8000020000000001 teardown tdx_pamt_put 1 R1 dpamt1:global-lock:split+teardown@tds:c2,r1,g2,f1,padversarial,unone:R1:0.a9t8g.1.0100000000_1.iy3oo.6.~ split+teardown@tds
global-lock 59 0xc000030600000001 zap-early-put tdx_pamt_put 0 R1 dpamt1:global-lock:zap-early-put@tds:c1,r1,g2,f1,padversarial,unone:R1:0.iy3oo.3.~ zap-early-put@tds,zap-early-put+zap@one-td,zap-early-put+zap@tds,zap-early-put+fault@one-td,zap-early-put+fault@tds
global-lock 41 0x8000020000000001 zap-early-put - 2 R1 dpamt1:global-lock:zap-early-put+zap@tds:c2,r1,g2,f1,padversarial,unone:R1:0.sc6dp.5._1.ymsbk.1._0.iy3oo.4.~ zap-early-put+zap@tds
global-lock 59 fatal343 zap tdx_pamt_put 1 R1 dpamt1:global-lock:zap-early-put+zap@tds:c2,r1,g2,f1,padversarial,unone:R1:0.inmc8.1._1.liu1h.1.~ zap-early-put+zap@tds
global-lock 59 0xc000030600000001 zap tdx_pamt_put 1 R1 dpamt1:global-lock:zap-early-put+zap@tds:c2,r1,g2,f1,padversarial,unone:R1:0.jeeas.3._1.iy3oo.5.~ zap-early-put+zap@tds
global-lock 41 0x8000020000000001 zap-put-before-write-back - 2 R1 dpamt1:global-lock:zap-put-before-write-back+zap@tds:c2,r1,g2,f1,padversarial,unone:R1:0.sc6dp.5._1.ymsbk.1._0.iy3oo.4.~ zap-put-before-write-back+zap@tds,zap-put-before-write-back+fault@tds
early-drop 58 0xc000030400000001 main tdx_alloc_page 1 - - main
early-drop 59 0xc000030500000001 main tdx_free_page 2 R1 dpamt1:early-drop:main:c2,r2,g2,f1,padversarial,urdmd:R1:0.2y8mj.1.000000_1.2h5x2.2.000000_0.iy3oo.3.~ main
early-drop 59 0xc000030500000001 main tdx_pamt_put 2 R1 dpamt1:early-drop:main:c2,r2,g2,f1,padversarial,urdmd:R1:0.2y8mj.2.00000000000_1.2h5x2.2.000000_0.iy3oo.6.~ main
early-drop 58 0xc000030400000001 main tdx_pamt_get 1 - - main
early-drop 58 0xc000030400000001 partial-region tdx_pamt_get 1 - - partial-region
early-drop 59 0xc000030500000001 partial-region tdx_pamt_put 2 R1 dpamt1:early-drop:partial-region:c2,r1,g1,f1,padversarial,urdmd:R1:0.2y8mj.1.0000_1.2h5x2.2.0000_0.iy3oo.3.~ partial-region
early-drop 58 0xc000030400000001 zap-put tdx_pamt_get 1 - - zap-put
fast-path 15 0x800002000000000c split - 2 R9 dpamt1:fast-path:zap+split@tds:c2,r1,g2,f1,padversarial,unone:R9:1.sc6dp.6.0100000000_0.ymsbk.1._1.iy3oo.9.~ zap+split@tds,fault+split@tds,split+split@one-td,split+split@tds,split+merge@tds,split+teardown@tds
fast-path 58 0x8000020000000001 fault tdx_pamt_get 1 R2 dpamt1:fast-path:fault+split@tds:c2,r1,g2,f1,padversarial,unone:R2:1.sc6dp.7.0000000011_0.2h5x2.1.000000100~ fault+split@tds,zap-put-before-write-back+fault@tds
fast-path 59 0x8000020000000001 zap tdx_pamt_put 1 R1 dpamt1:fast-path:zap+split@tds:c2,r1,g2,f1,padversarial,unone:R1:1.w7mdu.1.0100000000_0.iy3oo.5.~ zap+split@tds,zap-early-put+zap@tds,zap-put-before-write-back+zap@tds
fast-path 58 0x8000020000000001 split tdx_alloc_page 1 R2 dpamt1:fast-path:split+split@one-td:c2,r1,g2,f1,padversarial,unone:R2:0.sc6dp.7.0000000011_1.2h5x2.1.010000~ split+split@one-td,split+split@tds
fast-path 15 0x800002000000000d split - 2 R9 dpamt1:fast-path:split+split@one-td:c2,r1,g2,f1,padversarial,unone:R9:0.sc6dp.7.0000000001_1.w2xyl.1.010000_0.iy3oo.11.~ split+split@one-td,split+split@tds
fast-path 59 0x8000020000000001 split tdx_free_page 7 R1 dpamt1:fast-path:split+split@one-td:c2,r1,g2,f1,padversarial,unone:R1:0.sc6dp.7.0000000001_1.w2xyl.1.010000_0.sc6dp.11._1.2h5x2.1._0.5zuie.1._1.csvow.2.01_0.qh5o8.1._1.iy3oo.2.~ split+split@one-td,split+split@tds
fast-path 59 0x8000020000000001 merge tdx_pamt_put 1 R1 dpamt1:fast-path:split+merge@tds:c2,r1,g2,f1,padversarial,unone:R1:0.w7mdu.1.0100000000_1.iy3oo.4.~ split+merge@tds
fast-path 59 0x8000020000000001 teardown tdx_pamt_put 1 R1 dpamt1:fast-path:split+teardown@tds:c2,r1,g2,f1,padversarial,unone:R1:0.a9t8g.1.0100000000_1.iy3oo.6.~ split+teardown@tds
fast-path 59 0xc000030600000001 zap-early-put tdx_pamt_put 0 R1 dpamt1:fast-path:zap-early-put@tds:c1,r1,g2,f1,padversarial,unone:R1:0.iy3oo.3.~ zap-early-put@tds,zap-early-put+zap@one-td,zap-early-put+zap@tds,zap-early-put+fault@one-td,zap-early-put+fault@tds
fast-path 41 0x8000020000000001 zap-early-put - 2 R1 dpamt1:fast-path:zap-early-put+zap@tds:c2,r1,g2,f1,padversarial,unone:R1:0.sc6dp.5._1.ymsbk.1._0.iy3oo.4.~ zap-early-put+zap@tds
fast-path 59 fatal343 zap tdx_pamt_put 1 R1 dpamt1:fast-path:zap-early-put+zap@tds:c2,r1,g2,f1,padversarial,unone:R1:0.inmc8.1._1.liu1h.1.~ zap-early-put+zap@tds
fast-path 59 0xc000030600000001 zap tdx_pamt_put 1 R1 dpamt1:fast-path:zap-early-put+zap@tds:c2,r1,g2,f1,padversarial,unone:R1:0.jeeas.3._1.iy3oo.5.~ zap-early-put+zap@tds
fast-path 41 0x8000020000000001 zap-put-before-write-back - 2 R1 dpamt1:fast-path:zap-put-before-write-back+zap@tds:c2,r1,g2,f1,padversarial,unone:R1:0.sc6dp.5._1.ymsbk.1._0.iy3oo.4.~ zap-put-before-write-back+zap@tds,zap-put-before-write-back+fault@tds
region-locks 58 0x8000020000000008 main tdx_pamt_get 1 R2 dpamt1:region-locks:main:c2,r2,g2,f1,padversarial,urdmd:R2:0.35izm.1.000000_1.88qgl.3.01000010001~ main
region-locks 58 0x8000020000000002 main tdx_pamt_get 1 R2 dpamt1:region-locks:main:c2,r2,g2,f1,padversarial,urdmd:R2:0.35izm.1.000000_1.88qgl.3.01000010011~ main
region-locks 58 0x8000020000000008 main tdx_alloc_page 1 R2 dpamt1:region-locks:main:c2,r2,g2,f1,padversarial,urdmd:R2:0.35izm.1.000000_1.88qgl.1.010001~ main
region-locks 58 0x8000020000000002 main tdx_alloc_page 1 R2 dpamt1:region-locks:main:c2,r2,g2,f1,padversarial,urdmd:R2:0.35izm.1.000000_1.88qgl.1.010011~ main
region-locks 59 0x8000020000000001 main tdx_pamt_put 2 R1 dpamt1:region-locks:main:c2,r2,g2,f1,padversarial,urdmd:R1:0.a9t8g.6.00000000000_1.a9t8g.1.010001_0.iy3oo.6.~ main
region-locks 58 0x8000020000000001 main tdx_pamt_get 1 R2 dpamt1:region-locks:main:c2,r2,g2,f1,padversarial,urdmd:R2:0.f3fl1.1.000001_1.88qgl.1.000110000~ main
region-locks 58 0x8000020000000001 main tdx_alloc_page 1 R2 dpamt1:region-locks:main:c2,r2,g2,f1,padversarial,urdmd:R2:0.f3fl1.1.000001_1.88qgl.1.010000~ main
region-locks 59 0x8000020000000001 main tdx_free_page 2 R1 dpamt1:region-locks:main:c2,r2,g2,f1,padversarial,urdmd:R1:0.a9t8g.3.000000_1.a9t8g.1.010001_0.iy3oo.3.~ main
region-locks 59 0xc000030500000001 extra-put tdx_pamt_put 0 - - extra-put
mirrored-rwlocks 59 0xc000030500000001 extra-put tdx_pamt_put 0 - - extra-put
lazy 24 0x8000020000000001 main tdx_alloc_page 1 R2 dpamt1:lazy:main:c2,r2,g2,f1,padversarial,urdmd:R2:0.35izm.1.000000_1.iy3oo.4.000000~ main
lazy 58 0x8000020000000001 main tdx_alloc_page 1 R2 dpamt1:lazy:main:c2,r2,g2,f1,padversarial,urdmd:R2:0.35izm.1.000000_1.iy3oo.4.000000~ main
lazy 24 0x8000020000000001 main tdx_pamt_get 1 R2 dpamt1:lazy:main:c2,r2,g2,f1,padversarial,urdmd:R2:0.35izm.1.000000_1.iy3oo.8.01000000000~ main
lazy 58 0x8000020000000001 main tdx_pamt_get 1 R2 dpamt1:lazy:main:c2,r2,g2,f1,padversarial,urdmd:R2:0.35izm.1.000000_1.iy3oo.8.01000000000~ main
lazy 58 0x8000020000000008 main tdx_pamt_get 1 R2 dpamt1:lazy:main:c2,r2,g2,f1,padversarial,urdmd:R2:0.35izm.1.000000_1.iy3oo.11.01000010001~ main
lazy 58 0x8000020000000002 main tdx_pamt_get 1 R2 dpamt1:lazy:main:c2,r2,g2,f1,padversarial,urdmd:R2:0.35izm.1.000000_1.iy3oo.11.01000010011~ main
lazy 58 0x8000020000000008 main tdx_alloc_page 1 R2 dpamt1:lazy:main:c2,r2,g2,f1,padversarial,urdmd:R2:0.35izm.1.000000_1.iy3oo.7.010001~ main
lazy 58 0x8000020000000002 main tdx_alloc_page 1 R2 dpamt1:lazy:main:c2,r2,g2,f1,padversarial,urdmd:R2:0.35izm.1.000000_1.iy3oo.7.010011~ main
lazy 59 0x8000020000000001 main tdx_pamt_put 1 R1 dpamt1:lazy:main:c2,r2,g2,f1,padversarial,urdmd:R1:0.a9t8g.3.000000_1.iy3oo.7.0100000~ main
lazy 59 0x8000020000000001 main tdx_free_page 1 R1 dpamt1:lazy:main:c2,r2,g2,f1,padversarial,urdmd:R1:0.a9t8g.3.000000_1.iy3oo.3.00~ main
lazy 58 0xc000030400000001 main tdx_alloc_page 3 R3 dpamt1:lazy:main:c2,r2,g2,f1,padversarial,urdmd:R3:0.7hp5r.4.0000000000000000000000_1.iy3oo.1.00_0.iy3oo.15._1.gfio1.1.0000~ main
lazy 24 0x8000020000000001 main - 4 R3 dpamt1:lazy:main:c2,r2,g2,f1,padversarial,urdmd:R3:0.7hp5r.4.0000000000000000000000_1.iy3oo.1.00_0.sc6dp.15._1.sxiwy.1.0000_0.iy3oo.15.~ main
lazy 58 0xc000030400000001 main tdx_pamt_get 3 R3 dpamt1:lazy:main:c2,r2,g2,f1,padversarial,urdmd:R3:0.7hp5r.4.0000000000000000000000_1.iy3oo.2.00010_0.iy3oo.15._1.gfio1.1.0000~ main
lazy 24 0x8000020000000001 partial-region tdx_pamt_get 1 R2 dpamt1:lazy:partial-region:c2,r1,g1,f1,padversarial,urdmd:R2:0.7hp5r.1.0000_1.iy3oo.4.0000~ partial-region
lazy 58 0x8000020000000001 partial-region tdx_pamt_get 1 R2 dpamt1:lazy:partial-region:c2,r1,g1,f1,padversarial,urdmd:R2:0.7hp5r.1.0000_1.iy3oo.4.0000~ partial-region
lazy 59 0x8000020000000001 partial-region tdx_pamt_put 1 R1 dpamt1:lazy:partial-region:c2,r1,g1,f1,padversarial,urdmd:R1:0.a9t8g.3.0000_1.iy3oo.3.~ partial-region
lazy 58 0xc000030400000001 partial-region tdx_pamt_get 2 R3 dpamt1:lazy:partial-region:c2,r1,g1,f1,padversarial,urdmd:R3:0.iy3oo.1._1.sc6dp.3.0000_0.af44f.1.0000~ partial-region
lazy 24 0x8000020000000001 partial-region - 3 R3 dpamt1:lazy:partial-region:c2,r1,g1,f1,padversarial,urdmd:R3:0.iy3oo.1._1.sc6dp.3.0000_0.sxiwy.1.0000_1.iy3oo.3.~ partial-region
lazy 24 0x8000020000000001 zap-put tdx_pamt_get 1 R2 dpamt1:lazy:zap-put:c2,r1,g1,f1,padversarial,urdmd:R2:0.7hp5r.1.0000_1.iy3oo.4.0000~ zap-put
lazy 58 0x8000020000000001 zap-put tdx_pamt_get 1 R2 dpamt1:lazy:zap-put:c2,r1,g1,f1,padversarial,urdmd:R2:0.7hp5r.1.0000_1.iy3oo.4.0000~ zap-put
lazy 59 0x8000020000000001 zap-put tdx_pamt_put 2 R1 dpamt1:lazy:zap-put:c2,r1,g1,f1,padversarial,urdmd:R1:0.a9t8g.3.0000_1.a9t8g.1._0.iy3oo.3.~ zap-put
lazy 58 0xc000030400000001 zap-put tdx_pamt_get 2 R3 dpamt1:lazy:zap-put:c2,r1,g1,f1,padversarial,urdmd:R3:0.iy3oo.1._1.iy3oo.2.0000_0.af44f.1.0000~ zap-put
lazy 59 0xc000030500000001 extra-put tdx_pamt_put 0 R13 dpamt1:lazy:extra-put:c1,r1,g1,f1,padversarial,urdmd:R13:0.iy3oo.4.0000~ extra-put
`;
