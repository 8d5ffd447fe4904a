/** RCU for C. */
import { KernelEvent, MemoryMisuse, Warning } from "../../kernel/index.js";
import { at, call, event } from "../../machine/index.js";
import type { Activation, Intrinsic } from "../interpret/activation.js";
import { HeapObject } from "../interpret/heap.js";
import { freeLater } from "../interpret/heap-steps.js";
import type { Evaluation } from "../interpret/host.js";
import { WordsObject } from "../interpret/objects.js";
import { SECTIONS, Srcu } from "../interpret/rcu.js";
import { sited } from "../interpret/sited.js";
import { Pointer, type Value } from "../interpret/values.js";
import { setWord } from "./locks.js";
import { freedAtBoot } from "./memory.js";

function* numberOf(activation: Activation, value: Value, site: number) {
  return Number(BigInt.asIntN(32, yield* activation.number(value, site)));
}

function* srcuOf(activation: Activation, domain: Value, site: number): Evaluation<Srcu> {
  return new Srcu(yield* setWord(activation, domain, site));
}

/** The number of a section as C keeps it. */
const isSection = (section: number): boolean => section >= 0 && section < SECTIONS;

const srcuIntrinsics: Record<string, Intrinsic> = {
  *__dpamt_srcu_read_lock(activation, [domain = 0n], site) {
    const section = yield at((yield* srcuOf(activation, domain, site)).readLock(), site);
    return section < 0 ? activation.fail(site, `more than ${SECTIONS} readers at once: not modelled`) : section;
  },
  *__dpamt_srcu_read_unlock(activation, [domain = 0n, section = 0], site) {
    const srcu = yield* srcuOf(activation, domain, site);
    const number = yield* numberOf(activation, section, site);
    if (isSection(number) && (yield at(srcu.readUnlock(number), site)) !== 0) {
      const { deferred } = activation.memory;
      if (deferred.size === 0) return 0;
      const ended = () => deferred.sectionEnded(number, srcu.address);
      return yield at(
        call("callbacks after the section", () => sited(ended(), site)),
        site,
      );
    }
    return yield at(event(KernelEvent.Warn, Warning.InSource), site);
  },
  *__dpamt_srcu_begin(activation, [domain = 0n], site) {
    return yield at((yield* srcuOf(activation, domain, site)).begin(), site);
  },
  *__dpamt_srcu_passed(activation, [domain = 0n, period = 0], site) {
    const srcu = yield* srcuOf(activation, domain, site);
    return yield at(srcu.passed(yield* numberOf(activation, period, site)), site);
  },
  *__dpamt_srcu_end(activation, [domain = 0n, period = 0], site) {
    const srcu = yield* srcuOf(activation, domain, site);
    return yield at(srcu.end(yield* numberOf(activation, period, site)), site);
  },
};

export const rcuIntrinsics: Record<string, Intrinsic> = {
  ...srcuIntrinsics,
  *__dpamt_rcu_read_lock(activation, _args, site) {
    if (activation.rcuDepth++ > 0) return 0;
    activation.rcuSite = site;
    activation.rcuSection = yield at(activation.memory.rcu.readLock(), site);
    return 0;
  },
  *__dpamt_rcu_read_unlock(activation, _args, site) {
    if (activation.rcuDepth === 0) activation.fail(site, "rcu_read_unlock() outside of an RCU read section");
    if (--activation.rcuDepth > 0) return 0;
    const { rcuSection } = activation;
    activation.rcuSection = -1;
    // With store buffers it is no scheduling point by itself, and yet it may free memory.
    yield at(event(KernelEvent.MemoryReached), site);
    yield* sited(activation.memory.rcu.readUnlock(rcuSection), site);
    return 0;
  },
  __dpamt_rcu_read_lock_held: (activation) => (activation.rcuDepth > 0 ? 1 : 0),
  *__dpamt_rcu_begin(activation, _args, site) {
    return yield at(activation.memory.rcu.begin(), site);
  },
  *__dpamt_rcu_passed(activation, [period = 0], site) {
    const number = yield* numberOf(activation, period, site);
    return yield at(activation.memory.rcu.passed(number), site);
  },
  *__dpamt_rcu_end(activation, [period = 0], site) {
    const number = yield* numberOf(activation, period, site);
    return yield at(activation.memory.rcu.end(number), site);
  },
  *__dpamt_free_rcu(activation, [pointer = 0n], site) {
    if (pointer === 0n) return 0;
    if (activation.host.isBooting) {
      // Nobody else reads.
      if (activation.rcuDepth === 0) return yield* freedAtBoot(activation, pointer, site);
      activation.fail(site, "kfree_rcu() in a read section at boot: not modelled");
    }
    const known = yield* activation.known(pointer, site);
    const object = known instanceof Pointer && known.offset === 0 ? known.object : undefined;
    const { heap } = activation.memory;
    if (object instanceof WordsObject && (heap.has(object) || activation.host.allocated.has(object))) {
      if (!object.freed && (yield* freeLater(activation, object, site))) return 0;
    } else if (!(object instanceof HeapObject)) {
      return yield* activation.misuse(MemoryMisuse.NotAllocated, site, "something is freed that was never allocated");
    }
    return yield* activation.misuse(MemoryMisuse.FreedTwice, site, "memory is freed twice");
  },
};
