/** Files of mails: which version of a patch counts, in which order a series applies, how bodies are decoded. */
import { describe, expect, test } from "vitest";
import { parsePatch } from "../../src/clang/patch/index.js";

interface Sent {
  readonly subject: string;
  /** What the patch adds to its file: a line by which it is known. */
  readonly adds?: string;
  readonly file?: string;
  readonly creates?: boolean;
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** A mail as a list archive has it. */
function mail({ subject, adds, file = "a.c", creates = false, headers = [], body }: Sent): string {
  const diff = [
    `diff --git a/${file} b/${file}`,
    creates ? "--- /dev/null" : `--- a/${file}`,
    `+++ b/${file}`,
    creates ? "@@ -0,0 +1 @@" : "@@ -1 +1,2 @@",
    ...(creates ? [] : [" int there;"]),
    `+${adds}`,
    "-- ",
    "2.47.2",
  ];
  const text = body ?? (adds === undefined ? "Words." : `Words.\n---\n 1 file changed\n\n${diff.join("\n")}`);
  return `From mboxrd@z Thu Jan  1 00:00:00 1970\nSubject: ${subject}\n${headers.map((each) => `${each}\n`).join("")}\n${text}\n`;
}

const read = (...mails: Sent[]) => parsePatch(mails.map(mail).join("\n"), "s.mbox");

/** What the patches that count add, in the order in which they apply. */
const added = (...mails: Sent[]) =>
  read(...mails).changes.flatMap(({ hunks }) =>
    hunks.flatMap(({ lines }) => lines.filter(({ kind }) => kind === "+").map(({ text }) => text)),
  );

const [MONDAY, TUESDAY] = ["Date: Mon, 2 Jun 2025 10:00:00 +0000", "Date: Tue, 3 Jun 2025 09:00:00 +0200 (CEST)"];

describe("the newest version counts", () => {
  test.each<[what: string, older: string, newer: string]>([
    ["v2", "[PATCH] pairs", "[PATCH v2] pairs"],
    ["the first written out", "[PATCH v1 1/1] pairs", "[PATCH v2 1/1] pairs"],
    ["ten after nine", "[PATCH v9] pairs", "[PATCH v10] pairs"],
    ["glued to the word", "[PATCHv2] pairs", "[PATCHv3] pairs"],
    ["in capitals, after commas, with a tree", "[PATCH tip,V3,1/1] pairs", "[PATCH tip,V4,1/1] pairs"],
    ["a request for comments", "[RFC PATCH v4] pairs", "[RFC v5] pairs"],
    ["what came of a request for comments", "[RFC PATCH v2] pairs", "[PATCH v3] pairs"],
    ["corrected", "[PATCH v2] pairs", "[PATCH v2.1] pairs"],
    ["sent again", "[PATCH v2] pairs", "[PATCH RESEND v2] pairs"],
    [
      "encoded",
      "=?UTF-8?q?=5BPATCH_v1=5D?= =?utf-8?Q?_pair?= =?utf-8?b?cw==?=",
      "=?utf-8?B?W1BBVENIIHYyXSBwYWlycw==?=",
    ],
    ["spelt otherwise", "[PATCH] Pairs", "[PATCH v2]  pairs."],
  ])("%s", (_, older, newer) => {
    for (const order of [0, 1]) {
      const mails = [
        { subject: older, adds: "old" },
        { subject: newer, adds: "new" },
      ];
      if (order === 1) mails.reverse();
      expect(added(...mails)).toEqual(["new"]);
      const { taken, leftOut } = read(...mails);
      expect(taken).toHaveLength(1);
      expect(leftOut).toHaveLength(1);
      expect(leftOut[0]).toMatch(/: an older version$/);
    }
  });

  test("of equal numbers the one that was sent later", () => {
    const mails = [
      { subject: "[PATCH] pairs", adds: "later", headers: [TUESDAY] },
      { subject: "[PATCH] pairs", adds: "first", headers: [MONDAY] },
    ];
    expect(added(...mails)).toEqual(["later"]);
    expect(added(...mails.reverse())).toEqual(["later"]);
    // Numbers begin again where a request for comments becomes a patch.
    expect(
      added(
        { subject: "[RFC PATCH v3] pairs", adds: "rfc", headers: [MONDAY] },
        { subject: "[PATCH v1] pairs", adds: "patch", headers: [TUESDAY] },
      ),
    ).toEqual(["patch"]);
  });

  test("a whole series stands for a whole series, also with fewer patches and other titles", () => {
    const mails = [
      { subject: "[PATCH 0/3] x86: Dynamic things", body: "Cover." },
      { subject: "[PATCH 1/3] one", adds: "v1 one" },
      { subject: "[PATCH 2/3] two", adds: "v1 two" },
      { subject: "[PATCH 3/3] three", adds: "v1 three" },
      { subject: "[PATCH v2 0/2] x86: Dynamic things", body: "Cover." },
      { subject: "[PATCH v2 1/2] uno", adds: "v2 one" },
      { subject: "[PATCH v2 2/2] due", adds: "v2 two" },
    ];
    expect(added(...mails)).toEqual(["v2 one", "v2 two"]);
    expect(read(...mails).taken).toEqual(["[PATCH v2 0/2] x86: Dynamic things (2 patches)"]);
    expect(read(...mails).leftOut).toEqual(["[PATCH 0/3] x86: Dynamic things (3 patches): an older version"]);
  });

  test("versions with nothing in common but the file that they make", () => {
    expect(
      added(
        { subject: "[PATCH] pairs", adds: "old", creates: true },
        { subject: "[PATCH v2] regions", adds: "new", creates: true },
      ),
    ).toEqual(["new"]);
  });

  test("one patch of a series that was sent anew takes the place of its forerunner", () => {
    const series = [1, 2, 3].map((part) => ({
      subject: `[PATCH v2 ${part}/3] title ${part}`,
      adds: `v2 ${part}`,
      headers: [`Message-ID: <v2-${part}@x>`],
    }));
    const again = { subject: "[PATCH v3 2/3] title 2", adds: "v3 2", headers: ["In-Reply-To: <v2-2@x>"] };
    expect(added(...series, again)).toEqual(["v2 1", "v3 2", "v2 3"]);
    expect(added({ ...again, subject: "[PATCH v2.1 2/3] title 2", headers: [] }, ...series)).toEqual([
      "v2 1",
      "v3 2",
      "v2 3",
    ]);
    // Who says that the others of version 3 are not just missing here?
    expect(() => added(...series, { ...again, headers: [] })).toThrow(/s\.mbox holds .*v3 2\/3.* and .*v2 1\/3/);
  });
});

describe("it cannot be told which counts", () => {
  test.each<[what: string, first: Sent, second: Sent]>([
    ["equal numbers, no dates", { subject: "[PATCH] pairs", adds: "a" }, { subject: "[PATCH] pairs", adds: "b" }],
    [
      "equal numbers, equal dates",
      { subject: "[PATCH] pairs", adds: "a", headers: [MONDAY] },
      { subject: "[PATCH] pairs", adds: "b", headers: [MONDAY] },
    ],
    [
      "other titles, other numbers, one file",
      { subject: "[PATCH v1] x: Count pairs", adds: "a" },
      { subject: "[PATCH v2] x: Count regions", adds: "b" },
    ],
    [
      "a request for comments with the higher number, no dates",
      { subject: "[RFC PATCH v3] pairs", adds: "a" },
      { subject: "[PATCH v1] pairs", adds: "b" },
    ],
  ])("%s: both are named", (_, first, second) => {
    const refusal = /^s\.mbox holds (\[.*\].* at line \d+) and (\[.*\].* at line \d+), and it cannot be told which/;
    expect(() => read(first, second)).toThrow(refusal);
    expect(() => read(second, first)).toThrow(refusal);
  });
});

describe("a series applies whole", () => {
  const series = [1, 2, 10, 11].map((part) => ({ subject: `[PATCH v3 ${part}/11] title ${part}`, adds: `${part}` }));

  test("in its own order, whatever that of its mails", () => {
    expect(added(...series)).toEqual(["1", "2", "10", "11"]);
    expect(added(...[...series].reverse())).toEqual(["1", "2", "10", "11"]);
    expect(read(...series).taken).toEqual(["[PATCH v3 1/11] title 1 (4 of 11 patches, without 3, 4, 5, 6, 7, 8, 9)"]);
  });

  test("with the mails of two series mixed", () => {
    const two = ["a", "b"].flatMap((name) =>
      [2, 1].map((part) => ({
        subject: `[PATCH ${part}/2] ${name}${part}`,
        adds: `${name}${part}`,
        file: `${name}.c`,
        headers: [`In-Reply-To: <${name}@x>`],
      })),
    );
    const [a2, a1, b2, b1]: Sent[] = two;
    expect(added(a2, b2, a1, b1)).toEqual(["a1", "a2", "b1", "b2"]);
    expect(added(b1, a2, a1, b2)).toEqual(["b1", "b2", "a1", "a2"]);
  });

  test("single patches in the order of the file; the same mail from two lists counts once", () => {
    const [one, two] = [
      { subject: "[PATCH] one", adds: "one" },
      { subject: "[PATCH] two", adds: "two" },
    ];
    expect(added(two, one, two)).toEqual(["two", "one"]);
  });

  test("answers and cover letters with a diff are left out, and named", () => {
    const mails = [
      { subject: "[PATCH v2 0/1] pairs", adds: "what changed since v1" },
      { subject: "[PATCH v2 1/1] pairs", adds: "patch" },
      { subject: "Re: [PATCH v2 1/1] pairs", adds: "rather so" },
      {
        subject: "RE: [EXT] Re: [PATCH v2 1/1] pairs",
        body: "> --- a/a.c\n> +++ b/a.c\n> @@ -1 +1,2 @@\n>  int there;\n> +quoted\n",
      },
    ];
    expect(added(...mails)).toEqual(["patch"]);
    expect(read(...mails).leftOut).toEqual([
      "[PATCH v2 0/1] pairs: a cover letter",
      "Re: [PATCH v2 1/1] pairs: an answer",
    ]);
    // One that somebody cut out of a thread is what is asked about.
    expect(added({ subject: "Re: [PATCH v2 1/1] pairs", adds: "rather so" })).toEqual(["rather so"]);
  });

  test("mails without a subject are patches of their own", () => {
    expect(added({ subject: "", adds: "one" }, { subject: "", adds: "two" })).toEqual(["one", "two"]);
  });

  test("control characters of a subject do not reach the terminal", () => {
    const { taken } = read({ subject: "=?utf-8?q?=5BPATCH=5D_a=1B=5B31mb?=", adds: "x" });
    expect(taken).toEqual(["[PATCH] a?[31mb"]);
  });
});

describe("bodies", () => {
  const diff = (line: string) => `--- a/a.c\n+++ b/a.c\n@@ -1 +1,2 @@\n int there;\n+${line}\n`;
  const line = (headers: readonly string[], body: string) => added({ subject: "[PATCH] x", headers, body });

  test.each<[what: string, headers: readonly string[], body: string, text: string]>([
    [
      "soft line breaks, with blanks behind them",
      ["Content-Transfer-Encoding: quoted-printable"],
      diff("int a =3D=\n 1; /* caf=C3=\n=A9 */=  \n"),
      "int a = 1; /* café */",
    ],
    [
      "Latin 1",
      ['Content-Type: text/plain; charset="iso-8859-1"', "Content-Transfer-Encoding: Quoted-Printable"],
      diff("int a; /* caf=E9 */"),
      "int a; /* café */",
    ],
    [
      "a charset that nobody knows",
      ["Content-Type: text/plain; charset=x-none", "Content-Transfer-Encoding: quoted-printable"],
      diff("int a; /* caf=C3=A9 */"),
      "int a; /* café */",
    ],
    [
      "base64 in two groups, padded in between, CRLF",
      ["Content-Type: text/plain;\n\tcharset=utf-8", "Content-Transfer-Encoding:\n base64"],
      [diff("int caf").slice(0, -1), "é;\r\n"].map((each) => Buffer.from(each).toString("base64")).join("\n"),
      "int café;",
    ],
    [
      "parts in parts, a page beside the text",
      ["Content-Type: multipart/mixed; boundary=outer"],
      [
        "for old mailers",
        diff("no"),
        "--outer ",
        'Content-Type: multipart/alternative; boundary="in ner"',
        "",
        "--in ner",
        "Content-Type: text/plain",
        "",
        diff("yes"),
        "--in ner",
        "Content-Type: text/html",
        "",
        diff("page"),
        "--in ner--",
        diff("behind"),
        "--outer--",
        diff("end"),
      ].join("\n"),
      "yes",
    ],
  ])("%s", (_, headers, body, text) => {
    expect(line(headers, body)).toEqual([text]);
  });

  test("text that begins as a mail does is text", () => {
    const body = `A lock.\n\nFrom here on\nNote: all is well.\n${diff("int a;")}`;
    const { taken, changes } = read({ subject: "[PATCH 2/2] b", body }, { subject: "[PATCH 1/2] a", adds: "a" });
    expect(taken).toEqual(["[PATCH 1/2] a (2 patches)"]);
    expect(changes).toHaveLength(2);
  });
});

describe("hostile mails", () => {
  test.each<[what: string, text: string]>([
    ["one thread of many", manyMails(1_900, (at) => [`Message-ID: <${at}@x>`, `References: ${ids(at, 50)}`])],
    ["a header of one field", mail({ subject: "[PATCH] x", adds: "a", headers: ["X: y", ...Array(1_990).fill(" z")] })],
    ["a subject of signs", mail({ subject: "[[[]]] Re: ".repeat(20_000), adds: "a" })],
    ["words that never end", mail({ subject: "=?utf-8?q?=?=".repeat(20_000), adds: "a" })],
    [
      "parts of nothing",
      mail({
        subject: "x",
        headers: ["Content-Type: multipart/mixed; boundary=b"],
        body: `${"--b\n".repeat(100_000)}`,
      }) + mail({ subject: "y", adds: "a" }),
    ],
  ])("%s: read in bounded time", (_, text) => {
    const started = performance.now();
    expect(parsePatch(text, "s.mbox").changes.length).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test("too many patches are refused in one line", () => {
    expect(() =>
      parsePatch(
        manyMails(2_100, () => []),
        "s.mbox",
      ),
    ).toThrow(/^s\.mbox has more than 2000 patches: give those of one series$/);
  });
});

function manyMails(count: number, headers: (at: number) => string[]): string {
  return Array.from({ length: count }, (_, at) =>
    mail({ subject: `[PATCH ${at + 1}/${count}] t${at}`, adds: "int a;", headers: headers(at) }),
  ).join("\n");
}

function ids(at: number, count: number): string {
  return Array.from({ length: count }, (_, i) => `<${Math.max(0, at - i)}@x>`).join("\n ");
}
