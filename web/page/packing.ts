/** Text packed for a link: deflated, and written in letters that need no escape. */
import type { CTexts } from "./c-text.js";

/** Characters of C that a link carries at most; browsers take links of some ten thousand characters. */
const PACKED_MAX = 60_000;
const TEXT_MAX = 2 ** 20;

/** Parameters of a link that are packed, by the names that they have there. */
export const packedNames = ["c", "harness", "shim"] as const;
/** C and what stands beside it, packed. */
export type PackedC = { readonly c: string } & { readonly [Name in "harness" | "shim"]?: string };

/** The C of a form. @returns undefined for what is too long for a link */
export async function packC({ text, harness, shim }: CTexts): Promise<PackedC | undefined> {
  const [c, ...beside] = await Promise.all([text, harness, shim].map(pack));
  if (c === undefined || beside.includes(undefined)) return undefined;
  const packed: PackedC = {
    c,
    ...(harness === "" ? {} : { harness: beside[0] as string }),
    ...(shim === "" ? {} : { shim: beside[1] as string }),
  };
  const length = Object.values(packed).reduce((sum, each) => sum + each.length, 0);
  return length > PACKED_MAX ? undefined : packed;
}

/** @returns undefined for what was not packed by `packC` */
export async function unpackC(packed: PackedC): Promise<Pick<CTexts, "text" | "harness" | "shim"> | undefined> {
  const [text, harness, shim] = await Promise.all([
    unpack(packed.c),
    packed.harness === undefined ? "" : unpack(packed.harness),
    packed.shim === undefined ? "" : unpack(packed.shim),
  ]);
  if (text === undefined || harness === undefined || shim === undefined) return undefined;
  return { text, harness, shim };
}

/** @returns undefined for text that is too long for a link */
async function pack(text: string): Promise<string | undefined> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const packed = btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return packed.length > PACKED_MAX ? undefined : packed;
}

/** @returns undefined for what was not packed by `pack`, or grows beyond measure */
async function unpack(packed: string): Promise<string | undefined> {
  if (packed.length > PACKED_MAX || !/^[\w-]*$/.test(packed)) return undefined;
  try {
    const binary = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      text += decoder.decode(read.value, { stream: true });
      if (text.length > TEXT_MAX) return undefined;
    }
    return text + decoder.decode();
  } catch {
    return undefined;
  }
}
