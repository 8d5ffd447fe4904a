/** The server of the page: to this machine alone, and nothing but the files it was given. */
import { constants, createReadStream } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { InputError } from "./failure.js";
import { contentPolicy, type PageFile, type PageFiles, pageFileLength } from "./page-files.js";

const ADDRESS = "127.0.0.1";

function headersFor(withCompiler: boolean): Record<string, string> {
  return {
    "Content-Security-Policy": [...contentPolicy(withCompiler, "'self'"), "frame-ancestors 'none'"].join("; "),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
  };
}

/** A server that listens. */
export interface PageServer {
  readonly url: string;
  /** Ends all that is under way. */
  close(): Promise<void>;
}

/** Serves files to this machine. @throws InputError when the port is taken */
export async function servePage(files: PageFiles, port: number, withCompiler: boolean): Promise<PageServer> {
  const server = createServer();
  await listening(server, port);
  const { port: given } = server.address() as AddressInfo;
  const hosts = new Set([`${ADDRESS}:${given}`, `localhost:${given}`]);
  if (given === 80) for (const name of [ADDRESS, "localhost"]) hosts.add(name);
  const headers = headersFor(withCompiler);
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    answer(request, response, files, hosts);
  });
  return {
    url: `http://${ADDRESS}:${given}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", ({ code = "" }: NodeJS.ErrnoException) => reject(new InputError(portProblem(port, code))));
    server.listen(port, ADDRESS, resolve);
  });
}

function portProblem(port: number, code: string): string {
  if (code === "EADDRINUSE")
    return `--port: something listens at ${port} already; name another port, or 0 for a free one`;
  if (code === "EACCES") return `--port: ${port} is not allowed to you; name one above 1023, or 0 for a free one`;
  return `--port: cannot listen at ${port} (${code}); name another port, or 0 for a free one`;
}

function answer(request: IncomingMessage, response: ServerResponse, files: PageFiles, hosts: Set<string>): void {
  // Whoever makes a name of theirs lead to this machine does not get at the page by it.
  if (!hosts.has((request.headers.host ?? "").toLowerCase())) {
    refuse(response, 403, "not under this name\n");
    return;
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    refuse(response, 405, "only GET and HEAD\n");
    return;
  }
  const found = fileAt(request.url ?? "", files);
  if (found === undefined) refuse(response, 404, "not found\n");
  else send(found, request.method === "HEAD", response);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", "Content-Length": text.length });
  // What else the request brings is not read.
  response.end(text, () => response.req.destroy());
}

/** The file at an address: only by the exact path that it has, so there is no way out of the folder. */
function fileAt(address: string, files: PageFiles): PageFile | undefined {
  const [path = ""] = address.split("?", 1);
  if (!path.startsWith("/")) return undefined;
  return files.get(path === "/" ? "index.html" : path.slice(1));
}

function send(found: PageFile, headOnly: boolean, response: ServerResponse): void {
  let size: number;
  try {
    size = pageFileLength(found);
  } catch {
    refuse(response, 404, "not found\n");
    return;
  }
  response.setHeader("Content-Type", found.type);
  response.setHeader("Content-Length", size);
  if (headOnly) response.end();
  else if ("body" in found) response.end(found.body);
  else {
    // A file that has become a link since is not followed.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
    const stream = createReadStream(found.file, { flags: flags as unknown as string });
    stream.on("error", () => response.destroy());
    response.on("close", () => stream.destroy());
    stream.pipe(response);
  }
}
