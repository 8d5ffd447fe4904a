/** Text packed for a link: deflated, and written in letters that need no escape. */

/** Characters of C that a link carries at most; browsers take links of some ten thousand characters. */
const PACKED_MAX = 60_000;
const TEXT_MAX = 2 ** 20;

/** @returns undefined for text that is too long for a link */
export async function pack(text: string): Promise<string | undefined> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const packed = btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return packed.length > PACKED_MAX ? undefined : packed;
}

/** @returns undefined for what was not packed by `pack`, or grows beyond measure */
export async function unpack(packed: string): Promise<string | undefined> {
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
