/** `dpamt serve`: whom the server answers, with what headers, and what it refuses; what an export writes. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jsonSchemaOf, outputSchemas } from "../../src/cli/schemas.js";
import { dpamt, MAIN } from "./support/dpamt.js";

const folder = mkdtempSync(join(tmpdir(), "dpamt-serve-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function expectRefusal(args: readonly string[], part: string): void {
  const { status, stdout, stderr } = dpamt(...args);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^dpamt: [^\n]+\n$/);
  expect(stderr).toContain(part);
}

/** A server of its own, and its port. */
async function started(main = MAIN): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [main, "serve", "--port", "0", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await new Promise<string>((resolve) => child.stdout?.once("data", (bytes) => resolve(String(bytes))));
  const said = outputSchemas.serve.parse(JSON.parse(line));
  return { child, port: "url" in said ? Number(new URL(said.url).port) : 0 };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
}

function askAt(port: number, path: string, options: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, agent: false, ...options }, (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (text) => {
        body += text;
      });
      answer.on("error", reject);
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

describe("the server", () => {
  let server: Awaited<ReturnType<typeof started>>;
  beforeAll(async () => {
    server = await started();
  });
  afterAll(() => server?.child.kill());

  const ask = (path: string, options: Asked = {}): Promise<Answer> => askAt(server.port, path, options);

  /** The first line of the answer to a request as it is, which no client would send. */
  function raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(server.port, "127.0.0.1", () => socket.write(text));
      let answer = "";
      socket.on("data", (bytes) => {
        answer += bytes;
      });
      socket.on("close", () => resolve(answer.split("\r\n", 1)[0] ?? ""));
      socket.on("error", reject);
      socket.setTimeout(3000, () => socket.destroy());
    });
  }

  it("serves the page with strict headers", async () => {
    const { status, headers, body } = await ask("/");
    expect(status).toBe(200);
    expect(body).toContain('<div id="page">');
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    expect(headers["cross-origin-resource-policy"]).toBe("same-origin");
    const policy = headers["content-security-policy"] ?? "";
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "worker-src 'self'"]) {
      expect(policy).toContain(part);
    }
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|blob:|\*/);
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  });

  it.each([
    ["/page.js", "text/javascript; charset=utf-8"],
    ["/worker.js?x=1", "text/javascript; charset=utf-8"],
    ["/style.css", "text/css; charset=utf-8"],
    ["/compiler/headers.json", "application/json"],
    ["/compiler/tree-sitter-c.wasm", "application/wasm"],
    ["/compiler/clang/llvm.core.wasm", "application/wasm"],
  ])("says what %s is, to HEAD as well", async (path, type) => {
    const { status, headers, body } = await ask(path, { method: "HEAD" });
    expect([status, headers["content-type"], body]).toEqual([200, type, ""]);
    expect(Number(headers["content-length"])).toBeGreaterThan(1000);
  });

  it.each([
    "/../package.json",
    "/%2e%2e/package.json",
    "/..%2fpackage.json",
    "/compiler/../../../package.json",
    "/compiler/clang/../../../../../package.json",
    "/..\\package.json",
    "/index.html%00",
    "/%00",
    "//etc/passwd",
    "/etc/passwd",
    "/page.js/",
    "/compiler/",
    "/constructor",
    "/__proto__",
    "/%",
  ])("has nothing at %s", async (path) => {
    const { status, body, headers } = await ask(path);
    expect([status, body]).toEqual([404, "not found\n"]);
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  it("refuses other forms of address", async () => {
    const host = `Host: 127.0.0.1:${server.port}\r\n\r\n`;
    expect(await raw(`GET http://127.0.0.1:${server.port}/ HTTP/1.1\r\n${host}`)).toContain(" 404 ");
    expect(await raw(`GET ../package.json HTTP/1.1\r\n${host}`)).toMatch(/ 40[04] /);
  });

  it.each(["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example"])(
    "refuses the name %j",
    async (host) => {
      expect((await ask("/", { headers: { Host: host } })).status).toBe(403);
    },
  );

  it("answers to localhost, and refuses a request without any name", async () => {
    expect((await ask("/", { headers: { Host: `LocalHost:${server.port}` } })).status).toBe(200);
    expect(await raw("GET / HTTP/1.0\r\n\r\n")).toContain(" 403 ");
    expect(await raw("GET / HTTP/1.1\r\nHost:\r\n\r\n")).toContain(" 403 ");
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])("refuses %s", async (method) => {
    const { status, headers } = await ask("/", { method });
    expect([status, headers.allow]).toEqual([405, "GET, HEAD"]);
  });

  it("listens at 127.0.0.1 alone", () => {
    const wanted = server.port.toString(16).toUpperCase().padStart(4, "0");
    const tables = ["/proc/net/tcp", "/proc/net/tcp6"].filter((file) => existsSync(file));
    const listening = tables.flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local, , state]) => state === "0A" && local?.endsWith(`:${wanted}`))
        .map(([, local]) => local),
    );
    if (tables.length > 0) expect(listening).toEqual([`0100007F:${wanted}`]);
  });

  it("says so when the port is taken", () => {
    expectRefusal(["serve", "--port", String(server.port)], "name another port, or 0 for a free one");
  });
});

it("serves nothing that a link of the page leads to, also where it has become one since", async () => {
  const clone = join(folder, "clone");
  cpSync("dist", join(clone, "dist"), { recursive: true });
  for (const name of ["package.json", "node_modules"]) symlinkSync(resolve(name), join(clone, name));
  const page = join(clone, "dist/web/page");
  const outside = join(folder, "secrets");
  mkdirSync(outside);
  writeFileSync(join(outside, "secret.js"), "secret");
  symlinkSync(join(outside, "secret.js"), join(page, "linked.js"));
  symlinkSync(outside, join(page, "linked"));
  const { child, port } = await started(join(clone, "dist/cli/main.js"));
  try {
    for (const path of ["/linked.js", "/linked/secret.js", "/linked"]) {
      expect((await askAt(port, path)).status, path).toBe(404);
    }
    expect((await askAt(port, "/style.css")).status).toBe(200);
    rmSync(join(page, "style.css"));
    symlinkSync(join(outside, "secret.js"), join(page, "style.css"));
    const answer = await askAt(port, "/style.css").catch(() => undefined);
    expect(answer?.body ?? "").not.toContain("secret");
  } finally {
    child.kill();
  }
});

it.each(["SIGTERM", "SIGINT"] as const)("ends well at %s, also while somebody is connected", async (signal) => {
  const { child, port } = await started();
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve));
  const exited = new Promise((resolve) => child.once("exit", (code, by) => resolve([code, by])));
  child.kill(signal);
  expect(await exited).toEqual([0, null]);
  socket.destroy();
});

describe("an export", () => {
  it("is a folder with its policy inside, and without the compiler", () => {
    const out = join(folder, "a", "b");
    const { status, stdout } = dpamt("serve", "--export", out);
    expect(status).toBe(0);
    expect(stdout).toContain(join(out, "index.html"));
    const files = ["docs", "editor.js", "examples.json", "index.html", "inline-worker.js", "page.js", "style.css"];
    expect(readdirSync(out).sort()).toEqual(files);
    const index = readFileSync(join(out, "index.html"), "utf8");
    expect(index).toContain(`http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self';`);
    expect(index.indexOf("Content-Security-Policy")).toBeLessThan(index.indexOf("<script"));
    expect(index).not.toMatch(/https?:|type="module"|(?:src|href)="\//);
  });

  it("lists its files with --json", () => {
    const out = join(folder, "json");
    const said = outputSchemas.serve.parse(JSON.parse(dpamt("serve", "--export", out, "--json").stdout));
    const files = "files" in said ? said.files.map(({ path }) => path).sort() : [];
    const written = readdirSync(out, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    expect(files).toEqual(written.map(({ parentPath, name }) => relative(out, join(parentPath, name))).sort());
    expect(files).toContain("docs/index.html");
  });

  it("does not touch a folder that has files, unless it is told to; links are replaced, not followed", () => {
    const out = join(folder, "full");
    mkdirSync(out);
    const outside = join(folder, "outside.txt");
    writeFileSync(outside, "precious");
    writeFileSync(join(out, "mine.txt"), "mine");
    symlinkSync(outside, join(out, "page.js"));
    const elsewhere = join(folder, "elsewhere");
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, join(out, "compiler"));
    expectRefusal(["serve", "--export", out], "has files");
    expect(readdirSync(out).sort()).toEqual(["compiler", "mine.txt", "page.js"]);
    expect(dpamt("serve", "--export", out, "--force", "--with-compiler").status).toBe(0);
    expect(readFileSync(join(out, "mine.txt"), "utf8")).toBe("mine");
    expect(readFileSync(outside, "utf8")).toBe("precious");
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(existsSync(join(out, "compiler/headers.json"))).toBe(true);
  });

  it("says what is in the way of a folder or a file", () => {
    const out = join(folder, "blocked");
    mkdirSync(join(out, "page.js"), { recursive: true });
    expectRefusal(["serve", "--export", out, "--force"], "a folder of that name is in the way");
    rmSync(join(out, "page.js"), { recursive: true });
    writeFileSync(join(out, "compiler"), "");
    expectRefusal(["serve", "--export", out, "--force", "--with-compiler"], "in the way");
  });

  it.each([
    ["a file", () => ["--export", join(folder, "outside.txt")], "it is a file; name a folder"],
    ["no name", () => ["--export", ""], "give the name of a folder"],
    ["a port beside it", () => ["--export", join(folder, "x"), "--port", "1"], "exclude each other"],
    ["--force alone", () => ["--force"], "--force is about --export"],
    ["--with-compiler alone", () => ["--with-compiler"], "--with-compiler is about --export"],
    ["a port that there is not", () => ["--port", "70000"], "give a whole number from 0 to 65535"],
  ] as const)("refuses %s", (_, args, part) => {
    writeFileSync(join(folder, "outside.txt"), "precious");
    expectRefusal(["serve", ...args()], part);
  });
});

it("has its JSON Schema under schemas/", () => {
  expect(readFileSync("schemas/serve.schema.json", "utf8")).toBe(jsonSchemaOf("serve"));
});
