/** A module of LLVM IR as far as the checker needs it: what `parser.ts` makes and the interpreter runs. */
import type { DebugTypes } from "./debug-types.js";
import type { Type } from "./types.js";

/** A value that is known when the module is loaded. */
export type Constant =
  | { readonly kind: "int"; readonly type: Type; readonly value: bigint }
  | { readonly kind: "null"; readonly type: Type }
  /** undef and poison. */
  | { readonly kind: "undef"; readonly type: Type }
  /** All bytes are 0. */
  | { readonly kind: "zero"; readonly type: Type }
  | { readonly kind: "global"; readonly type: Type; readonly name: string }
  | { readonly kind: "aggregate"; readonly type: Type; readonly members: readonly Constant[] }
  | { readonly kind: "bytes"; readonly type: Type; readonly bytes: Uint8Array }
  | { readonly kind: "gep"; readonly type: Type; readonly element: Type; readonly operands: readonly Constant[] }
  | { readonly kind: "cast"; readonly type: Type; readonly cast: string; readonly operand: Constant }
  | {
      readonly kind: "binary";
      readonly type: Type;
      readonly operation: string;
      readonly left: Constant;
      readonly right: Constant;
    }
  /** The address of a label of C. */
  | { readonly kind: "label"; readonly type: Type; readonly name: string }
  /** A floating-point number, whichever. */
  | { readonly kind: "floating"; readonly type: Type }
  | { readonly kind: "other"; readonly type: Type; readonly text: string };

/** An operand: the number of a local value of its function, or a constant. */
export type IrOperand =
  | { readonly kind: "local"; readonly type: Type; readonly index: number }
  /** @see Globals.operand for `number`: a different one for each such operand of the module */
  | { readonly kind: "constant"; readonly type: Type; readonly constant: Constant; readonly number: number };

/** How a memory access is marked. */
export interface Marking {
  readonly volatile: boolean;
  /** Ordering of an atomic access, or the empty text. */
  readonly ordering: string;
}

interface Common {
  /** Local value that is set, or -1. */
  readonly result: number;
  /** Number of the place in the source, see `IrModule.places`; 0 if there is none. */
  readonly place: number;
}

export type Instruction = Common &
  (
    | { readonly op: "alloca"; readonly name: string; readonly type: Type; readonly count: IrOperand | null }
    | { readonly op: "load"; readonly type: Type; readonly pointer: IrOperand; readonly marking: Marking }
    | { readonly op: "store"; readonly value: IrOperand; readonly pointer: IrOperand; readonly marking: Marking }
    | { readonly op: "gep"; readonly element: Type; readonly base: IrOperand; readonly indices: readonly IrOperand[] }
    | { readonly op: "binary"; readonly name: string; readonly left: IrOperand; readonly right: IrOperand }
    | { readonly op: "icmp"; readonly predicate: string; readonly left: IrOperand; readonly right: IrOperand }
    | { readonly op: "cast"; readonly name: string; readonly value: IrOperand; readonly type: Type }
    | { readonly op: "select"; readonly condition: IrOperand; readonly yes: IrOperand; readonly no: IrOperand }
    | { readonly op: "phi"; readonly incoming: readonly { readonly value: IrOperand; readonly block: string }[] }
    | {
        readonly op: "call";
        readonly callee: IrOperand;
        readonly args: readonly IrOperand[];
        readonly type: Type;
        /** Numbers of arguments that are passed by value in memory, with their types. */
        readonly byval: readonly { readonly index: number; readonly type: Type }[];
      }
    | {
        readonly op: "asm";
        readonly text: string;
        readonly constraints: string;
        readonly args: readonly IrOperand[];
        readonly type: Type;
      }
    | { readonly op: "ret"; readonly value: IrOperand | null }
    | { readonly op: "br"; readonly target: string }
    | { readonly op: "condbr"; readonly condition: IrOperand; readonly yes: string; readonly no: string }
    | {
        readonly op: "switch";
        readonly value: IrOperand;
        readonly otherwise: string;
        readonly cases: readonly { readonly value: bigint; readonly target: string }[];
      }
    | { readonly op: "unreachable" }
    | { readonly op: "extractvalue"; readonly value: IrOperand; readonly path: readonly number[] }
    | {
        readonly op: "insertvalue";
        readonly value: IrOperand;
        readonly member: IrOperand;
        readonly path: readonly number[];
      }
    | {
        readonly op: "atomicrmw";
        readonly name: string;
        readonly pointer: IrOperand;
        readonly value: IrOperand;
        readonly type: Type;
      }
    | {
        readonly op: "cmpxchg";
        readonly pointer: IrOperand;
        readonly expected: IrOperand;
        readonly value: IrOperand;
        readonly type: Type;
      }
    | { readonly op: "fence"; readonly ordering: string }
    /** An instruction that is not understood, and what to say of it: an error if it is ever reached. */
    | { readonly op: "unknown"; readonly complaint: string }
  );

export interface Block {
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

export interface Parameter {
  readonly name: string;
  readonly type: Type;
}

export interface IrFunction {
  readonly name: string;
  readonly returns: Type;
  readonly parameters: readonly Parameter[];
  readonly variadic: boolean;
  /** Section that it lies in, or the empty text. */
  readonly section: string;
  /** Empty for a declaration. */
  readonly blocks: ReadonlyMap<string, Block>;
  readonly entry: string;
  /** Number of local values. */
  readonly locals: number;
  /** Where it is defined. */
  readonly place: number;
  /** Node of the debug information, or 0. */
  readonly debug: number;
  /** Local values that are variables of the source, or their addresses, with the node of the debug information of each. */
  readonly variables: ReadonlyMap<number, number>;
}

export interface IrGlobal {
  readonly name: string;
  readonly type: Type;
  readonly constant: boolean;
  /** Section that it lies in, or the empty text. */
  readonly section: string;
  /** Null for a declaration. */
  readonly initial: Constant | null;
  /** Node of the debug information, or 0. */
  readonly debug: number;
}

/** A place in a source file. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Function that it is in. */
  readonly function: string;
  /** Place that it was inlined at, or 0. */
  readonly inlinedAt: number;
}

export interface IrModule {
  readonly functions: ReadonlyMap<string, IrFunction>;
  readonly globals: ReadonlyMap<string, IrGlobal>;
  /** Named types, e.g. `struct.list_head`. */
  readonly types: ReadonlyMap<string, Type>;
  /** Number 0 is nowhere. */
  readonly places: readonly Place[];
  readonly debug: DebugTypes;
}
