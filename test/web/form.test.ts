/** Links of the page, without a browser: what is taken, what is named, what begins. */
import { describe, expect, it } from "vitest";
import { emptyForm } from "../../web/page/form.js";
import { fragmentOf, noticeOf, readFragment } from "../../web/page/link.js";

describe("a link", () => {
  it("comes back as it was written", () => {
    const form = {
      ...emptyForm,
      design: "lazy",
      cpus: "2",
      memory: "tso" as const,
      maxSeconds: "1.5",
      ignore: ["R6", "R11"],
    };
    const link = readFragment(fragmentOf(form, { run: true, step: 7 }), false);
    expect(link).toEqual({ form, run: true, show: undefined, step: 7, packed: undefined, ignored: [] });
  });

  it.each([
    ["design=region-lock", ["design=region-lock"]],
    ["mode=c&c=abc", ["mode=c"]],
    ["cpu=2", ["cpu=2"]],
    ["bogus=1&design=lazy", ["bogus=1"]],
    ["memory=TSO", ["memory=TSO"]],
    ["cpus=99", ["cpus=99 (give a whole number from 1 to 8)"]],
    ["max-seconds=-3&seed=abc", [expect.stringMatching(/^seed=abc \(/), expect.stringMatching(/^max-seconds=-3 \(/)]],
    ["scenario=main,evil", ["scenario=evil"]],
    ["ignore=R6,R66", ["ignore=R66"]],
  ])("%s: what cannot be used is named, and nothing begins", (fragment, ignored) => {
    expect(readFragment(fragment, false).ignored).toEqual(ignored);
    expect(readFragment(`${fragment}&run`, false).run).toBe(false);
  });

  it("begins where only its step is of no use", () => {
    const link = readFragment("design=lazy&step=0&run", false);
    expect([link.run, link.ignored]).toEqual([true, ["step=0"]]);
  });

  it("names no more unknown parameters than fit in a line", () => {
    const many = Array.from({ length: 99 }, (_, index) => `x${index}=${"y".repeat(999)}`).join("&");
    const { ignored } = readFragment(many, false);
    expect(ignored).toHaveLength(5);
    for (const each of ignored) expect(each.length).toBeLessThanOrEqual(200);
  });

  it("says what is ignored, and that the run was not started", () => {
    expect(noticeOf([], true)).toBeUndefined();
    expect(noticeOf(["cpu=2"], false)).toBe("Ignored in the link: cpu=2.");
    expect(noticeOf(["mode=c"], true)).toBe(
      "Ignored in the link: mode=c. This copy of the page is without the compiler of C. The run was not started; review the settings and press Check.",
    );
  });
});
