/** A host as a vector describes it, and what other processors do to it between operations. */
import {
  PAGE_SIZE,
  PAGES_PER_REGION,
  Registers,
  type Status,
  TDMR_INFO_SIZE,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_BUSY_HOST_PRIORITY,
  TDX_SUCCESS,
} from "../abi/index.js";
import { AddressSpace, run, type WordOperation, Words } from "../machine/index.js";
import * as m from "../module/index.js";
import { UserError } from "../text/index.js";
import type { LockOp, MemoryOp, UnlockOp, VectorConfig } from "./vector.js";

/** The host of a vector. */
export interface VectorHost {
  readonly words: Words;
  readonly module: m.TdxModule;
}

/**
 * Builds the host, and configures it when `booted`.
 * @throws BootError when the module refuses the configuration
 */
export function buildHost(config: VectorConfig, booted: boolean, options: m.ModuleOptions = {}): VectorHost {
  const words = new Words(false);
  const platform = {
    maxPa: config.max_pa,
    keyidBits: config.keyid_bits,
    privateHkidMin: config.private_hkid_min,
    privateHkidMax: config.private_hkid_max,
    cmrs: config.cmrs,
  };
  const module = new m.TdxModule(words, new AddressSpace(), platform, options);
  if (booted) {
    m.boot(module, {
      dynamicPamt: config.dynamic_pamt,
      globalHkid: config.global_hkid,
      tdmrs: config.tdmrs.map((tdmr) => ({
        base: tdmr.base,
        size: tdmr.size,
        pamt1g: tdmr.pamt_1g,
        pamt2m: tdmr.pamt_2m,
        pamt4k: tdmr.pamt_4k,
        reserved: tdmr.reserved,
      })),
    });
  }
  return { words, module };
}

/** Performs one word operation. @returns its result */
function perform(words: Words, operation: WordOperation, address: number): number {
  const old = words.read(address);
  words.write(address, operation.next(old, 0), operation.mask);
  return operation.result(old, 0);
}

/** An operation of a vector that its host cannot perform. */
export class ImpossibleOperation extends UserError {
  readonly code = "VECTOR_OPERATION";
}

function frameOf(module: m.TdxModule, hpa: number): number {
  const frame = module.pamt.frameOf(hpa);
  if (frame < 0) throw new ImpossibleOperation(`0x${hpa.toString(16)} lies in no TDMR`);
  return frame;
}

/** Word of the lock that a vector names. */
function lockWord(host: VectorHost, name: LockOp["lock"], op: LockOp | UnlockOp): number {
  const { module } = host;
  switch (name) {
    case "1g":
      return module.pamt.lockAt(frameOf(module, op.addr), 2);
    case "2m":
      return module.pamt.lockAt(frameOf(module, op.addr), 1);
    case "4k":
      return module.pamt.lockAt(frameOf(module, op.addr), 0);
    case "opstate":
      return module.tds.record(frameOf(module, op.addr)) + m.TD.OP_STATE_LOCK;
    case "sept":
      return module.tds.record(frameOf(module, op.addr)) + m.TD.TREE_LOCK;
    case "septe":
      return septEntryLock(host, frameOf(module, op.addr), op.gpa, op.level);
    case "kot":
      return module.kotLock;
    case "tdmr":
      return module.tdmrLock(op.addr);
    case "global":
      return module.globalLock;
  }
}

function septEntryLock(host: VectorHost, tdr: number, gpa: number | undefined, level: number | undefined): number {
  if (gpa === undefined || level === undefined) throw new ImpossibleOperation("septe needs gpa and level");
  const entry = run(host.words, m.septWalk(host.module, new Registers(), tdr, 0, gpa / PAGE_SIZE, level));
  if (entry === m.NO_ENTRY) throw new ImpossibleOperation(`no Secure EPT entry for 0x${gpa.toString(16)}`);
  return m.entryLock(entry);
}

/** Another processor tries a lock. @returns the code it gets */
export function takeLock(host: VectorHost, op: LockOp): Status {
  const address = lockWord(host, op.lock, op);
  const isExclusive = op.mode === "ex";
  const host_ = isExclusive ? m.ACQUIRE_EXCLUSIVE : m.ACQUIRE_SHARED;
  const guest = isExclusive ? m.GUEST_ACQUIRE_EXCLUSIVE : m.GUEST_ACQUIRE_SHARED;
  const result = perform(host.words, op.guest === true ? guest : host_, address);
  if (result === m.GOT) return TDX_SUCCESS;
  return result === m.BUSY ? TDX_OPERAND_BUSY : TDX_OPERAND_BUSY_HOST_PRIORITY;
}

/** Another processor releases a lock. */
export function releaseLock(host: VectorHost, op: UnlockOp): Status {
  const address = lockWord(host, op.unlock, op);
  if (perform(host.words, op.mode === "ex" ? m.RELEASE_EXCLUSIVE : m.RELEASE_SHARED, address) !== m.RELEASED) {
    throw new ImpossibleOperation(`the ${op.unlock} lock is not held`);
  }
  return TDX_SUCCESS;
}

/** The host writes memory. A page of a page pair is where PAMT entries are: the write changes them. */
export function writeMemory(host: VectorHost, op: MemoryOp): void {
  const { module } = host;
  const node = nodeOfPage(host, op.mem);
  if (node < 0) module.memory.clear(BigInt(op.mem), TDMR_INFO_SIZE);
  for (const [offset, value] of Object.entries(op.qwords)) {
    if (node < 0) module.memory.write(BigInt(op.mem) + BigInt(offset), value);
    else writeEntry(host, node, Number(offset), value);
  }
}

/** First frame that the entries in the page at `hpa` describe, or -1 when it is no page of a pair. */
function nodeOfPage({ words, module: { pamt } }: VectorHost, hpa: number): number {
  const page = pamt.frameOf(hpa);
  if (page < 0) return -1;
  for (let frame = 0; frame < pamt.gibs * 2 ** 18; frame += PAGES_PER_REGION) {
    const entry = pamt.entry2m(frame);
    const head = words.read(entry + m.HEAD);
    if ((head & m.TYPE_MASK) !== m.HEAD_NODE) continue;
    if (m.pairPage(head, words.read(entry + m.HIGH)) === pamt.pfnOf(page)) return frame;
    const second = m.pairPage(words.read(entry + m.TAIL), words.read(entry + m.TAIL_HIGH));
    if (second === pamt.pfnOf(page)) return frame + PAGES_PER_REGION / 2;
  }
  return -1;
}

function writeEntry({ words, module: { pamt } }: VectorHost, node: number, offset: number, value: bigint): void {
  const frame = node + Math.floor(offset / 16);
  const low = Number(value & 0xffffffffn) | 0;
  if (offset % 16 !== 0) {
    words.write(pamt.tailAt(frame, 0), low);
    return;
  }
  words.write(pamt.lock4k(frame), low & 0xffff, m.LOCK_MASK);
  words.write(pamt.head4k(frame), low & ~0xffff);
  words.write(pamt.highAt(frame, 0), Number(value >> 32n) | 0);
}
