#!/usr/bin/env node
/**
 * The command `dpamt`: starts what `npm ci` has built. It is committed and needs no package, so it can say what to type
 * where nothing is built yet, or Node is too old. Every Node since 12 reads it: no `node:` in front, no await at the top.
 */
// biome-ignore lint/style/useNodejsImportProtocol: Node 12 does not know it
import { existsSync } from "fs";
// biome-ignore lint/style/useNodejsImportProtocol: Node 12 does not know it
import { fileURLToPath } from "url";

/** The least version of Node, as in package.json. */
const LEAST = [20, 19];
const main = new URL("../dist/cli/main.js", import.meta.url);

/** @param {string} why what is wrong and what to do, for one line */
function refuse(why) {
  console.error(`dpamt: ${why}`);
  process.exitCode = 2;
}

/** @param {string} command */
function toType(command) {
  const folder = fileURLToPath(new URL("..", import.meta.url)).replace(/.$/, "");
  return `type ${command}${folder === process.cwd() ? "" : ` in ${folder}`}, then the same again`;
}

function isTooOld() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1]);
}

if (isTooOld()) {
  refuse(`this is Node ${process.versions.node}, and ${LEAST.join(".")} or later is needed: install a newer Node`);
} else if (!existsSync(main)) {
  const isInstalled = existsSync(new URL("../node_modules/typescript", import.meta.url));
  refuse(`the command is not built yet: ${toType(isInstalled ? "npm run build" : "npm ci")}`);
} else {
  import(main.href).catch((error) => {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    refuse(`a package that it needs is not installed: ${toType("npm ci")}`);
  });
}
