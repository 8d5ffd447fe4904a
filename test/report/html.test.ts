/** Tests of the HTML report as text: what it carries, that it cannot be broken out of, and that it asks for nothing. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Counterexample, statements } from "../../src/check/index.js";
import { escapeHtml, htmlOf, jsonInHtml } from "../../src/report/html.js";
import { visibleText } from "../../src/report/visible.js";
import { failureIn, hostile, hostileResult, resultOf, step, withFailure } from "../web/support/results.js";

const bundle = { script: "let a = 1;\r\nlet b = 2;", style: "a { color: red }" };

const found = resultOf("early-drop");

function between(text: string, start: string, end: string): string {
  const from = text.indexOf(start) + start.length;
  return text.slice(from, text.indexOf(end, from));
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

describe("the HTML report", () => {
  it("forbids everything but its own script and style, by their hashes", async () => {
    const html = await htmlOf(await found, bundle);
    const policy = between(html, `Content-Security-Policy" content="`, `"`);
    const script = between(html, "</script>\n<script>", "</script>");
    expect(script).toBe("let a = 1;\nlet b = 2;");
    expect(policy).toBe(
      `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(bundle.style)}; base-uri 'none'; form-action 'none'`,
    );
    expect(html.indexOf("Content-Security-Policy")).toBeLessThan(html.indexOf("<style"));
  });

  it("asks for nothing and has no style or handler in an attribute", async () => {
    const html = await htmlOf(await found, bundle);
    expect(/https?:|\ssrc=|<link|\sstyle=|\son\w+=/.exec(html)).toBeNull();
  });

  it("carries the result whole", async () => {
    const result = await found;
    const data = JSON.parse(between(await htmlOf(result, bundle), `id="result">`, "</script>"));
    expect(data).toEqual({ result: JSON.parse(JSON.stringify(result)), sources: {}, statements });
  });

  it("says all in plain text where no script runs", async () => {
    const text = between(await htmlOf(await found, bundle), "<noscript>", "</noscript>");
    expect(text).toContain("R1");
    expect(text).toContain("CPU0");
    expect(text).toContain("TDX_NO_PAMT_PAGE_PAIR | RCX");
  });

  it("keeps texts of strangers texts", async () => {
    const result = hostileResult(await found);
    const html = await htmlOf(result, bundle);
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(/<img|[\u202e\u2028]/.test(html)).toBe(false);
    const data = JSON.parse(between(html, `id="result">`, "</script>"));
    expect(data.result.subject.name).toBe(hostile);
  });

  it("has of sources only lines near those that steps name", async () => {
    const result = hostileResult(await found);
    const text = Array.from({ length: 100 }, (_, index) => `line ${index + 1}`).join("\n");
    const html = await htmlOf(result, { ...bundle, sources: { [hostile]: text, "other.c": "secret" } });
    const { sources } = JSON.parse(between(html, `id="result">`, "</script>"));
    expect(Object.keys(sources)).toEqual([hostile]);
    expect(sources[hostile].split("\n").at(-1)).toBe("line 13");
  });

  it("has sources with lines that are out of reach, too long, or hostile", async () => {
    const result = hostileResult(await found);
    const at = (line: number) => ({ file: hostile, line, text: hostile });
    const failure = {
      ...failureIn(result),
      steps: [step(0, "x", { source: at(2 ** 31 - 1) })],
      sources: [at(2 ** 53)],
    };
    const lines = [hostile, "x".repeat(100_000)];
    const carried = async (counterexample: Counterexample): Promise<string> => {
      const html = await htmlOf(withFailure(result, counterexample), {
        ...bundle,
        sources: { [hostile]: lines.join("\n") },
      });
      expect(html.match(/<script/g)).toHaveLength(2);
      return JSON.parse(between(html, `id="result">`, "</script>")).sources[hostile];
    };
    expect(await carried(failure)).toBe("");
    // Where it broke is kept as well as where steps come from.
    const [first, second] = (await carried({ ...failure, sources: [at(1)] })).split("\n");
    expect(first).toBe(hostile);
    expect(second).toHaveLength(502);
  });

  it("refuses a bundle that would end its element", async () => {
    const result = await found;
    await expect(htmlOf(result, { ...bundle, script: "'</SCRIPT>'" })).rejects.toThrow("cannot stand in HTML");
    await expect(htmlOf(result, { ...bundle, style: "</style>" })).rejects.toThrow("cannot stand in HTML");
  });
});

describe("texts of strangers", () => {
  it("are escaped as JSON and as HTML", () => {
    expect(jsonInHtml({ a: "</script>&\u2028" })).toBe('{"a":"\\u003c/script\\u003e\\u0026\\u2028"}');
    expect(JSON.parse(jsonInHtml(hostile))).toBe(hostile);
    expect(jsonInHtml("\u{e0041}\u00ad\u200d")).toBe('"\\udb40\\udc41\\u00ad\\u200d"');
    expect(escapeHtml(`<a b="c" d='e'>&`)).toBe("&#60;a b=&#34;c&#34; d=&#39;e&#39;&#62;&#38;");
  });

  it("show what would be invisible or turn the line around", () => {
    expect(visibleText("a\u202eb\u0000c\u200bd\ne\u2066")).toBe("a[U+202E]b[U+0000]c[U+200B]d[U+000A]e[U+2066]");
    expect(visibleText("a\u{e0041}b\u00adc\ud800")).toBe("a[U+E0041]b[U+00AD]c[U+D800]");
    expect(visibleText("größer → 日本 🙂")).toBe("größer → 日本 🙂");
  });
});
