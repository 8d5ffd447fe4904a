/**
 * The automaton of a program: each local state of a CPU is computed once.
 *
 * A generator cannot be copied, but the local state of a CPU is a function of the results it has
 * been handed. So a local state is a *node*: the operation that the CPU is about to do, and, for
 * each result, the node that follows. A node that has no successor yet for a result gets one by
 * running its program again on the recorded results. From then on that step of the program is a
 * look-up, and a CPU's whole local state is one integer. What a word operation does depends on the
 * contents of its word alone, so for each contents met it is computed once, too: an *edge*. Nodes are numbered in the
 * order in which they are met; what a node is, whoever met it, says its *identity*, which goes into fingerprints.
 *
 * At the end of a call the results inside it are forgotten, and `become` forgets those of the
 * caller: nodes merge there (the reduction `short-calls`).
 */

import {
  Access,
  type Callee,
  type CallRecord,
  changeHigh,
  changeLow,
  isMark,
  type Operation,
  OperationKind,
  type Program,
} from "../../machine/index.js";
import { EDGE_BEFORE, EDGE_SIZE } from "./edges.js";
import { doubled } from "./grown.js";
import { followedBy, type Identity, identityOf, joined, NO_IDENTITY, NO_ORIGIN, type Origin } from "./identity.js";
import { kindOf, NodeKind } from "./node-kind.js";
import {
  BLIND,
  LOOP_HEAD,
  NEVER_WAITS,
  NODE_ADDRESS,
  NODE_ARGUMENT,
  NODE_COUNT,
  NODE_DEPTH,
  NODE_DETAIL,
  NODE_EDGE,
  NODE_EXTRA,
  NODE_NEXT,
  NODE_PARENT,
  NODE_RESULT,
  NODE_SITE,
  NODE_SIZE,
  NODE_SLOT,
  NODE_VIA,
  NodeTable,
  PLAIN_ACCESS,
} from "./node-table.js";
import { PairMap } from "./pair-map.js";
import { resume } from "./resume.js";
import { SLOT_COMMUTING, type WordClassifier } from "./word-classifier.js";

/** One activation of a program. */
interface Frame {
  readonly label: string;
  /** What was called, as its author knows it. */
  readonly callee: Callee | null;
  readonly identity: Identity;
  readonly start: (record: CallRecord | null) => Program;
  /** Inputs of the call; never changed. */
  readonly record: CallRecord | null;
  /** Node of the call in the caller's frame, -1 for the outermost. */
  readonly caller: number;
  readonly callerFrame: Frame | null;
}

/** A call that a CPU is inside of. */
export interface CallAt {
  readonly label: string;
  readonly callee: Callee | null;
  /** Place in a source text that it was made from, 0 where there is none. */
  readonly site: number;
}

/** How a call ended. */
interface Return {
  readonly value: number;
  readonly record: CallRecord | null;
}

/** In a list of local states: loops before here do not count. */
const SCOPE = "";

interface Live {
  readonly program: Program;
  /** The record the program works on. */
  readonly record: CallRecord | null;
  /** The operation that it has yielded last. */
  operation: Operation;
}

// Looking these up in another file takes as long as following an edge.
const BEFORE = EDGE_BEFORE;
const [RECORD, LAST_EDGE, RESULT, FOLLOWING] = [NODE_SIZE, NODE_EDGE, NODE_RESULT, NODE_NEXT];

const NO_PARENT = -1;
/** Stands for the value that a CPU is handed when it enters a call. */
const ENTERED = 0x43616c6c;

/** Operations of one call, not counting the calls inside, after which it is taken to go round for ever. */
export const CALL_LIMIT = 2000;

export class Automaton extends NodeTable {
  /** What word operations do, see `edge`. Replaced when it grows. */
  edges = new Int32Array(EDGE_SIZE * 1024);
  /** Some program accesses a shared word plainly. */
  hasPlain = false;
  /** Sites of loops that say where they are, see `loopHead`, and to which a program has come back in one turn. */
  readonly waitsAt = new Set<number>();
  /** A program has come back to a node through a loop: states may come back although every CPU is alive. */
  hasLoops = false;
  /** Local states at heads of loops right before a node, see `LoopHead`; for most nodes there are none. */
  private readonly heads = new Map<number, string[]>();
  /** Of such nodes that are calls: the node at which a CPU rests that makes the call. */
  private readonly restsAt = new Map<number, number>();
  private edgesEnd = 0;
  /** Edges other than those that the nodes took last. */
  private readonly edgeOf = new PairMap();
  private readonly frame: Frame[] = [];
  /** The nodes that follow other results than the one that was met first. */
  private readonly children = new PairMap();
  private readonly returns: Return[] = [];
  private readonly returnIds = new Map<string, number>();
  private readonly becomings = new Map<string, number>();
  /** The node at which a CPU rests that has come to a join, by what it knows there. */
  private readonly joins = new Map<string, number>();
  private readonly roots = new Map<string, number>();
  /** The node added last, with the program that stands there: often it is the next to be expanded. */
  private newest: { readonly node: number; readonly live: Live } | null = null;

  /**
   * @param places classifies addresses
   * @param shortCalls forget the results inside a call when it ends
   */
  constructor(
    private readonly places: WordClassifier,
    private readonly shortCalls: boolean,
  ) {
    super();
  }

  /** The first node of a program. Programs with equal labels must be equal. */
  root(label: string, start: () => Program): number {
    const known = this.roots.get(label);
    if (known !== undefined) return known;
    const identity = identityOf(label);
    const frame: Frame = { label, callee: null, identity, start, record: null, caller: -1, callerFrame: null };
    const node = this.enter(frame, { key: `root ${label}`, identity });
    this.roots.set(label, node);
    return node;
  }

  /** The node that follows `node` when its operation gives `result`. */
  next(node: number, result: number): number {
    const usual = this.usual(node, result);
    if (usual >= 0) return usual;
    const known = this.children.get(node, result);
    return known >= 0 ? known : this.expand(node, result);
  }

  /** The same if it is the result that was met first, else -1. Apart from `next`, it is short enough to be compiled into callers. */
  usual(node: number, result: number): number {
    const { records } = this;
    const at = RECORD * node;
    return records[at + RESULT] === result ? (records[at + FOLLOWING] as number) : -1;
  }

  /** What the word operation of `node` does to a word that holds `before`: a position in `edges`. */
  edge(node: number, before: number): number {
    const last = this.lastEdge(node, before);
    if (last >= 0) return last;
    const known = this.edgeOf.get(node, before);
    const edge = known >= 0 ? known : this.addEdge(node, before);
    this.records[RECORD * node + LAST_EDGE] = edge;
    return edge;
  }

  /** The same if it is the edge that was taken last, else -1. Apart from `edge`, it is short enough to be compiled into callers. */
  lastEdge(node: number, before: number): number {
    const last = this.records[RECORD * node + LAST_EDGE] as number;
    return last >= 0 && this.edges[last + BEFORE] === before ? last : -1;
  }

  private addEdge(node: number, before: number): number {
    const word = this.word[node]!;
    const argument = this.argumentOf(node);
    const address = this.addressOf(node);
    const result = word.result(before, argument);
    const after = word.readOnly ? before : word.next(before, argument) | 0;
    const next = this.next(node, result);
    const edge = this.edgesEnd;
    this.edgesEnd += EDGE_SIZE;
    if (this.edgesEnd > this.edges.length) this.edges = doubled(this.edges);
    const low = changeLow(address, before & word.mask, after & word.mask);
    const high = changeHigh(address, before & word.mask, after & word.mask);
    this.edges.set([before, result, after, next, low, high, word.mask], edge);
    this.edgeOf.set(node, before, edge);
    return edge;
  }

  /** The calls that a CPU in `node` is inside of, outermost first. */
  calls(node: number): CallAt[] {
    const calls: CallAt[] = [];
    for (let frame: Frame | null = this.frame[node] as Frame; frame !== null; frame = frame.callerFrame) {
      const { label, callee, caller } = frame;
      calls.unshift({ label, callee, site: caller < 0 ? 0 : this.siteOf(caller) });
    }
    return calls;
  }

  private expand(node: number, result: number): number {
    const live = this.newest?.node === node ? this.newest.live : this.revive(node);
    this.newest = null;
    const identity = followedBy(this.identityOf(node), result);
    const next = this.proceed(live, node, result, result, { key: `${node}:${result}`, identity }, identity);
    const { records } = this;
    if ((records[RECORD * node + FOLLOWING] as number) < 0) {
      records[RECORD * node + RESULT] = result;
      records[RECORD * node + FOLLOWING] = next;
    } else {
      this.children.set(node, result, next);
    }
    return next;
  }

  /** Starts a frame and follows it to its first resting place. */
  private enter(frame: Frame, origin: Origin): number {
    const record = frame.record === null ? null : frame.record.copy();
    const live = { program: frame.start(record), record, operation: undefined as never };
    return this.settle(live, frame, NO_PARENT, 0, 0, origin, frame.identity);
  }

  private proceed(live: Live, node: number, via: number, value: number, origin: Origin, identity: Identity): number {
    return this.settle(live, this.frame[node] as Frame, node, via, value, origin, identity);
  }

  /**
   * Resumes `live` with `value` and goes on through calls and returns until something is to be
   * done; adds the node for it.
   *
   * @param parent node of the same frame that the value belongs to
   * @param via key of the value, for running the program again
   * @param identity of the node, if there is one to be added in this frame
   */
  private settle(
    live: Live,
    frame: Frame,
    parent: number,
    via: number,
    value: number,
    origin: Origin,
    identity: Identity,
  ): number {
    let step = live.program.next(value);
    let heads: string[] | null = null;
    let join: Origin | null = null;
    while (step.done !== true && isMark(step.value.kind)) {
      const { kind, state, site } = step.value;
      if (state === null) heads = [SCOPE];
      else if (kind === OperationKind.Join) {
        join = this.joinOf(frame, state(), origin);
        const known = this.joins.get(join.key);
        if (known !== undefined) return known;
      } else {
        const key = state();
        // Behind the beginning of a scope no earlier head counts.
        const known = heads?.[0] === SCOPE ? -1 : this.headBefore(parent, key);
        if (known >= 0) {
          if (site > 0 && this.isOneTurn(known, parent)) this.waitsAt.add(site);
          return this.comeBack(known);
        }
        heads ??= [];
        if (!heads.includes(key)) heads.push(key);
      }
      step = live.program.next(0);
    }
    if (step.done === true) return this.leave(frame, step.value, live.record, origin);
    live.operation = step.value;
    const operation = step.value;
    if (operation.kind === OperationKind.Become) return this.become(operation, frame, origin);
    // Which of several ways was met first says nothing of the state that they lead to.
    const here = join === null ? identity : join.identity;
    const node = this.add(operation, frame, parent, via, here);
    if (heads !== null) this.heads.set(node, heads);
    if (operation.kind !== OperationKind.Call) {
      this.newest = { node, live };
      if (join !== null) this.joins.set(join.key, node);
      return node;
    }
    const callee: Frame = {
      label: operation.label,
      callee: operation.callee,
      identity: followedBy(here, ENTERED),
      start: operation.start,
      record: operation.record === null ? null : operation.record.copy(),
      caller: node,
      callerFrame: frame,
    };
    const rests = this.enter(callee, origin);
    if (heads !== null) this.restsAt.set(node, rests);
    if (join !== null) this.joins.set(join.key, rests);
    return rests;
  }

  /** The node of this call, `from` or one before it, that stood at the head of a loop in this local state; or -1. */
  private headBefore(from: number, state: string): number {
    if (this.heads.size === 0) return -1;
    for (let node = from; node !== NO_PARENT; node = this.parentOf(node)) {
      const heads = this.heads.get(node);
      if (heads === undefined) continue;
      if (heads.includes(state)) return node;
      if (heads.includes(SCOPE)) break;
    }
    return -1;
  }

  /** Whether no other head of a loop lies on the way from one node to another. */
  private isOneTurn(head: number, from: number): boolean {
    let node = from;
    while (node !== head && !this.heads.has(node)) node = this.parentOf(node);
    return node === head;
  }

  /** @param head a node right behind the head of a loop; a call is no place to rest */
  private comeBack(head: number): number {
    const node = this.restsAt.get(head) ?? head;
    if (!this.isLoopHead(node)) {
      this.setFlag(node, LOOP_HEAD);
      this.hasLoops = true;
      this.places.noteLoop?.();
    }
    return node;
  }

  /** What still tells the past of a call apart once it has ended. */
  private pastOf(origin: Origin): Origin {
    return this.shortCalls ? NO_ORIGIN : origin;
  }

  /** What tells apart the states in which frames stand where several ways lead. */
  private joinOf(frame: Frame, state: string, origin: Origin): Origin {
    const past = this.pastOf(origin);
    const identity = joined(joined(frame.identity, identityOf(`join ${state}`)), past.identity);
    return { key: `${frame.caller} ${frame.label}: ${state} ${past.key}`, identity };
  }

  private become(operation: Operation, frame: Frame, origin: Origin): number {
    const past = this.pastOf(origin);
    const key = `${frame.caller} ${operation.label} ${past.key}`;
    const known = this.becomings.get(key);
    if (known !== undefined) return known;
    const caller = frame.caller < 0 ? NO_IDENTITY : this.identityOf(frame.caller);
    const identity = joined(joined(caller, identityOf(operation.label)), past.identity);
    const { label, start } = operation;
    const successor: Frame = { ...frame, label, callee: null, identity, start, record: null };
    const node = this.enter(successor, origin);
    this.becomings.set(key, node);
    return node;
  }

  private leave(frame: Frame, value: number, record: CallRecord | null, origin: Origin): number {
    const past = this.pastOf(origin);
    if (frame.caller < 0) return this.addDone(frame, past);
    const recordKey = record === null ? "" : record.key();
    const key = `${value} ${recordKey} ${past.key}`;
    let id = this.returnIds.get(key);
    if (id === undefined) {
      id = this.returns.length;
      this.returns.push({ value, record: record === null ? null : record.copy() });
      this.returnIds.set(key, id);
    }
    const caller = frame.caller;
    const known = this.children.get(caller, id);
    if (known >= 0) return known;
    const live = this.revive(caller);
    this.handOver(live.operation, id);
    const returned = joined(identityOf(recordKey), past.identity);
    const identity = joined(followedBy(this.identityOf(caller), value), returned);
    const next = this.proceed(live, caller, id, value, origin, identity);
    this.children.set(caller, id, next);
    return next;
  }

  private handOver(operation: Operation, id: number): void {
    const { record } = this.returns[id] as Return;
    if (operation.record !== null && record !== null) operation.record.load(record);
  }

  /** Runs the program of `node` again, up to the operation of `node`. */
  private revive(node: number): Live {
    const path: number[] = [];
    for (let at = node; at !== NO_PARENT; at = this.parentOf(at)) path.push(at);
    const frame = this.frame[node] as Frame;
    const record = frame.record === null ? null : frame.record.copy();
    const program = frame.start(record);
    let operation = resume(program, 0);
    for (let i = path.length - 2; i >= 0; i--) {
      const via = this.records[RECORD * (path[i] as number) + NODE_VIA] as number;
      if (operation.kind === OperationKind.Call) {
        this.handOver(operation, via);
        operation = resume(program, (this.returns[via] as Return).value);
      } else {
        operation = resume(program, via);
      }
    }
    if (this.kindOf(node) === NodeKind.Word && !this.isOf(operation, node)) {
      throw new Error("a program takes other steps when it runs again");
    }
    return { program, record, operation };
  }

  private isOf({ kind, address, word }: Operation, node: number): boolean {
    return kind === OperationKind.Word && address === this.addressOf(node) && word.name === this.word[node]?.name;
  }

  private addDone(frame: Frame, past: Origin): number {
    const key = `done ${past.key}`;
    const known = this.becomings.get(key);
    if (known !== undefined) return known;
    const node = this.push(NodeKind.Done, frame, NO_PARENT, 0, joined(identityOf("done"), past.identity));
    this.becomings.set(key, node);
    return node;
  }

  private add(operation: Operation, frame: Frame, parent: number, via: number, identity: Identity): number {
    const node = this.push(kindOf(operation.kind), frame, parent, via, identity);
    const { records } = this;
    const at = RECORD * node;
    records[at + NODE_ARGUMENT] = operation.argument;
    records[at + NODE_DETAIL] = operation.detail;
    records[at + NODE_EXTRA] = operation.extra;
    records[at + NODE_SITE] = operation.site;
    this.label[node] = operation.label;
    if (operation.kind === OperationKind.Word) {
      this.word[node] = operation.word;
      const slot = this.places.slotOf(operation.address);
      records[at + NODE_ADDRESS] = operation.address;
      records[at + NODE_SLOT] = slot;
      if (operation.word.result.length === 0) this.setFlag(node, BLIND);
      if (operation.word.ready === undefined && this.kindOf(node) === NodeKind.Word) this.setFlag(node, NEVER_WAITS);
      this.watchPlain(node, 1);
    } else if (operation.kind === OperationKind.Fill || operation.kind === OperationKind.Gather) {
      this.word[node] = operation.word;
      records[at + NODE_ADDRESS] = operation.address;
      records[at + NODE_COUNT] = operation.count;
      records[at + NODE_SLOT] = this.places.slotOfRange(operation.address, operation.count);
      this.watchPlain(node, operation.count);
    } else {
      records[at + NODE_ADDRESS] = operation.kind === OperationKind.Choose ? operation.address : 0;
    }
    return node;
  }

  private watchPlain(node: number, count: number): void {
    if (this.word[node]!.access !== Access.Plain || !this.isShared(node)) return;
    this.hasPlain = true;
    this.setFlag(node, PLAIN_ACCESS);
    this.places.notePlain?.(this.addressOf(node), count);
  }

  private push(kind: NodeKind, frame: Frame, parent: number, via: number, identity: Identity): number {
    const depth = parent === NO_PARENT ? 0 : (this.records[RECORD * parent + NODE_DEPTH] as number) + 1;
    const node = this.addRecord(depth > CALL_LIMIT ? NodeKind.Runaway : kind, SLOT_COMMUTING, identity);
    const { records } = this;
    const at = RECORD * node;
    records[at + NODE_PARENT] = parent;
    records[at + NODE_VIA] = via;
    records[at + NODE_DEPTH] = depth;
    this.frame.push(frame);
    return node;
  }

  /** The node of the same call before `node`, or `NO_PARENT`. */
  private parentOf(node: number): number {
    return this.records[RECORD * node + NODE_PARENT] as number;
  }
}
