/** Types of LLVM IR and their layout in memory on x86-64. Source: the LLVM Language Reference, "Type System". */

export type Type =
  | { readonly kind: "int"; readonly bits: number }
  | { readonly kind: "ptr" }
  | { readonly kind: "void" }
  | { readonly kind: "array"; readonly count: number; readonly element: Type }
  | { readonly kind: "struct"; readonly packed: boolean; readonly fields: readonly Type[] }
  | { readonly kind: "named"; readonly name: string; resolve(): Type }
  /** Types that helpers do not use: floating point, vectors, opaque structures. Met only where it does not matter. */
  | { readonly kind: "other"; readonly text: string };

export const PTR: Type = { kind: "ptr" };
export const VOID: Type = { kind: "void" };

const integers = new Map<number, Type>();

export function intType(bits: number): Type {
  let type = integers.get(bits);
  if (type === undefined) {
    type = { kind: "int", bits };
    integers.set(bits, type);
  }
  return type;
}

/** The type behind a name. */
export function resolved(type: Type): Exclude<Type, { kind: "named" }> {
  let at = type;
  for (let depth = 0; at.kind === "named" && depth < 100; depth++) at = at.resolve();
  if (at.kind === "named") return { kind: "other", text: at.name };
  return at;
}

function alignUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

/** Bytes that a value of the type takes, padding at its end included. 0 for types without a size. */
export function sizeOf(type: Type): number {
  const is = resolved(type);
  switch (is.kind) {
    case "int":
      return alignUp(Math.ceil(is.bits / 8), alignOf(is));
    case "ptr":
      return 8;
    case "array":
      return is.count * sizeOf(is.element);
    case "struct":
      return layoutOf(is).size;
    case "void":
    case "other":
      return 0;
  }
}

/** Bytes that a load or store of a scalar type accesses: what pads it to its alignment is left alone. */
export function accessedSize(type: Type): number {
  const is = resolved(type);
  return is.kind === "int" ? Math.ceil(is.bits / 8) : sizeOf(is);
}

/** Natural alignment in bytes. */
export function alignOf(type: Type): number {
  const is = resolved(type);
  switch (is.kind) {
    case "int": {
      let alignment = 1;
      while (alignment * 8 < is.bits && alignment < 16) alignment *= 2;
      return alignment;
    }
    case "ptr":
      return 8;
    case "array":
      return alignOf(is.element);
    case "struct":
      return layoutOf(is).alignment;
    case "void":
    case "other":
      return 1;
  }
}

type Struct = Extract<Type, { kind: "struct" }>;

interface Layout {
  /** Of each field. */
  readonly offsets: readonly number[];
  readonly size: number;
  readonly alignment: number;
}

/** Structures are asked for their layout at each access. */
const layouts = new WeakMap<Struct, Layout>();

function layoutOf(struct: Struct): Layout {
  let layout = layouts.get(struct);
  if (layout === undefined) {
    layout = laidOut(struct);
    layouts.set(struct, layout);
  }
  return layout;
}

function laidOut({ fields, packed }: Struct): Layout {
  const alignment = packed ? 1 : Math.max(1, ...fields.map(alignOf));
  const offsets: number[] = [];
  let end = 0;
  for (const field of fields) {
    if (!packed) end = alignUp(end, alignOf(field));
    offsets.push(end);
    end += sizeOf(field);
  }
  return { offsets, size: alignUp(end, alignment), alignment };
}

/** Offset in bytes of field `index` of a structure. */
export function offsetOf(type: Type, index: number): number {
  const is = resolved(type);
  if (is.kind !== "struct") throw new RangeError("only structures have fields");
  const offset = layoutOf(is).offsets[index];
  if (offset === undefined) throw new RangeError(`there is no field ${index}`);
  return offset;
}

/** Type of field or element `index` of an aggregate, and its offset in bytes. */
export function memberOf(type: Type, index: number): { readonly type: Type; readonly offset: number } {
  const is = resolved(type);
  if (is.kind === "array") return { type: is.element, offset: index * sizeOf(is.element) };
  if (is.kind !== "struct") throw new RangeError("only aggregates have members");
  const offset = offsetOf(is, index);
  return { type: is.fields[index] as Type, offset };
}
