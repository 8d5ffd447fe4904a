/**
 * What the checker itself does for C: the functions that `include/dpamt/intrinsics.h` declares.
 */
import {
  atomicDecAndTest,
  atomicDecIfPositive,
  atomicDecUnlessOne,
  atomicIncNotZero,
  atomicRead,
  atomicSet,
  KernelEvent,
  MemoryMisuse,
  Warning,
} from "../../kernel/index.js";
import { at, choose, chooseWithinBudget, event, fence, type Operation, on } from "../../machine/index.js";
import type { Intrinsic } from "../interpret/activation.js";
import { privateHeapIn } from "../interpret/heap-steps.js";
import type { Evaluation } from "../interpret/host.js";
import { stackVariableIn } from "../interpret/stack-steps.js";
import type { Value } from "../interpret/values.js";
import { intType } from "../ir/types.js";
import { addUnless } from "./add-unless.js";
import { cpuIntrinsics } from "./cpus.js";
import { deferredIntrinsics } from "./deferred.js";
import { ASKED_FOR_DYNAMIC_PAMT } from "./facts.js";
import { compilerIntrinsics } from "./llvm.js";
import { lockIntrinsics, setWord } from "./locks.js";
import { pageMemberIntrinsics } from "./page-members.js";
import { pageIntrinsics } from "./pages.js";
import { rcuIntrinsics } from "./rcu.js";
import { seamcallIntrinsic } from "./seamcall.js";

/** The type of an atomic_t. */
const ATOMIC = intType(32);

/** An operation on an atomic_t that takes no argument. */
function atomic(operation: (address: number) => Operation): Intrinsic {
  return function* (activation, [pointer = 0n], site) {
    const address = yield* setWord(activation, pointer, site);
    return yield at(operation(address), site);
  };
}

/** Changes an atomic_t; the result is its value before. */
function fetching(name: string): Intrinsic {
  return (activation, [pointer = 0n, operand = 0], site) =>
    activation.readModifyWrite(name, pointer, operand, 32, site);
}

/** Whether nobody but the call knows the memory: then an atomic access is like any other. */
function isAlone(pointer: Value): boolean {
  return privateHeapIn(pointer) !== undefined || stackVariableIn(pointer) !== undefined;
}

const table: Record<string, Intrinsic> = {
  ...pageIntrinsics,
  ...compilerIntrinsics,
  ...lockIntrinsics,
  ...rcuIntrinsics,
  ...deferredIntrinsics,
  ...cpuIntrinsics,
  ...pageMemberIntrinsics,
  __dpamt_seamcall: seamcallIntrinsic,

  *__dpamt_atomic_read(activation, [pointer = 0n], site): Evaluation {
    if (isAlone(pointer)) return yield* activation.load(pointer, ATOMIC, "once", site);
    const address = yield* activation.word(pointer, 4, site);
    return activation.decoded(yield at(atomicRead(address), site), 4);
  },
  *__dpamt_atomic_set(activation, [pointer = 0n, value = 0], site): Evaluation {
    if (isAlone(pointer)) {
      yield* activation.storeScalar(pointer, 4, value, "once", site);
      return 0;
    }
    const address = yield* activation.word(pointer, 4, site);
    const number = yield* activation.number(value, site);
    const word = activation.memory.encode(Number(BigInt.asIntN(32, number)), 4, activation.where(site));
    yield at(atomicSet(address, word), site);
    return 0;
  },
  __dpamt_atomic_inc_not_zero: atomic(atomicIncNotZero),
  __dpamt_atomic_dec_and_test: atomic(atomicDecAndTest),
  __dpamt_atomic_dec_if_positive: atomic(atomicDecIfPositive),
  *__dpamt_atomic_add_unless(activation, [pointer = 0n, delta = 0, unless = 0], site): Evaluation {
    const address = yield* setWord(activation, pointer, site);
    if (delta === -1 && unless === 1) return yield at(atomicDecUnlessOne(address), site);
    if (delta === 1 && unless === 0) return yield at(atomicIncNotZero(address), site);
    if (typeof delta !== "number" || typeof unless !== "number") {
      return yield* activation.misuse(
        MemoryMisuse.UnsetOperand,
        site,
        "atomic_add_unless of a value that was never set",
      );
    }
    return yield at(on(addUnless(delta, unless), address), site);
  },
  __dpamt_atomic_fetch_add: fetching("add"),
  __dpamt_atomic_fetch_or: fetching("or"),
  __dpamt_atomic_fetch_and: fetching("and"),
  __dpamt_atomic_fetch_xor: fetching("xor"),
  __dpamt_atomic_xchg: fetching("xchg"),
  *__dpamt_atomic_add(activation, [pointer = 0n, delta = 0], site): Evaluation {
    yield* activation.readModifyWrite("add", pointer, delta, 32, site);
    return 0;
  },
  *__dpamt_atomic_add_return(activation, [pointer = 0n, delta = 0], site): Evaluation {
    const before = yield* activation.readModifyWrite("add", pointer, delta, 32, site);
    return yield* activation.arithmetic("add", before, delta, 32, site);
  },
  __dpamt_atomic_cmpxchg: (activation, [pointer = 0n, expected = 0, value = 0], site) =>
    activation.compareExchange(pointer, expected, value, 4, site),
  *__dpamt_fence(_activation, _args, site): Evaluation {
    yield at(fence(), site);
    return 0;
  },

  *__dpamt_warn(_activation, _args, site): Evaluation {
    yield at(event(KernelEvent.Warn, Warning.InSource), site);
    return 0;
  },
  *__dpamt_complain(_activation, _args, site): Evaluation {
    yield at(event(KernelEvent.Warn, Warning.Complaint), site);
    return 0;
  },
  *__dpamt_bug(activation, _args, site): Evaluation {
    yield at(event(KernelEvent.Warn, Warning.InSource), site);
    return yield* activation.misuse(MemoryMisuse.Bug, site, "BUG: the kernel stops");
  },
  // A waiting loop is known by coming back to its head; how long a turn takes is nobody's business.
  __dpamt_relax: () => 0,
  __dpamt_seq_reader(activation, [reads = 0]) {
    activation.readsSequence = reads !== 0;
    return 0;
  },
  __dpamt_seq_writer(activation, [delta = 0]) {
    activation.writesSequences += Number(delta);
    return 0;
  },
  *__dpamt_choose(activation, [alternatives = 0], site): Evaluation {
    return yield at(choose("what time brings", Number(yield* activation.number(alternatives, site))), site);
  },
  *__dpamt_signal(activation, _args, site): Evaluation {
    if (activation.host.isBooting) return 0;
    return yield at(chooseWithinBudget("a signal comes", activation.kernel.failureBudget), site);
  },
  __dpamt_has_dynamic_pamt(activation) {
    activation.host.facts.add(ASKED_FOR_DYNAMIC_PAMT);
    return activation.kernel.systemInfo.dynamicPamt ? 1 : 0;
  },
  __dpamt_max_pfn: (activation) => BigInt(activation.kernel.memory.endPfn),
};

/** Names of the functions that the checker does itself. */
export function intrinsicNames(): readonly string[] {
  return Object.keys(table);
}

/** What was asked for before, null for what there is not. Names are those of one program or a few. */
const known = new Map<string, Intrinsic | null>();

/** The function that does what C's function `name` does, if the checker has one. */
export function intrinsics(name: string): Intrinsic | undefined {
  let found = known.get(name);
  if (found === undefined) {
    found = intrinsicOf(name) ?? null;
    known.set(name, found);
  }
  return found ?? undefined;
}

function intrinsicOf(name: string): Intrinsic | undefined {
  if (Object.hasOwn(table, name)) return table[name];
  const stem = name.startsWith("llvm.") ? name.replace(/(?:\.(?:p\d+|i\d+))+$/, "") : name;
  return Object.hasOwn(table, stem) ? table[stem] : undefined;
}
