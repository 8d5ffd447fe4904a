/**
 * Sees to it that there is a Chromium for the tests of pages, before the tests: `node tools/chromium.mjs`.
 *
 * Where it is missing, and this is Debian or Ubuntu and the user is root, it is installed. Elsewhere the command is
 * named, and the suites that do not run say so. What goes wrong here stops nothing: under CI those suites fail.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Where systems keep it, as in test/web/support/browser.ts. */
const PLACES = [process.env.CHROMIUM ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const COMMAND = "apt-get install -y --no-install-recommends chromium";
const SUITES = "test/web";

function isThere() {
  return PLACES.some((path) => path !== "" && existsSync(path));
}

/** @param {string} command */
function run(command) {
  const [program = "", ...args] = command.split(" ");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status } = spawnSync(program, args, { stdio: ["ignore", "ignore", "inherit"], env, timeout: 600_000 });
  return status === 0;
}

function main() {
  if (isThere()) return;
  const canInstall = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  if (canInstall) {
    console.error(`chromium: not there, installing it: ${COMMAND}`);
    // The lists of packages may be missing or old.
    if ((run(COMMAND) || (run("apt-get update") && run(COMMAND))) && isThere()) return;
  }
  const line = "!".repeat(72);
  console.error(
    `${line}\nNO CHROMIUM: the suites of pages (${SUITES}) will not run.\n` +
      `Install it, on Debian or Ubuntu as root with: ${COMMAND}\nor name one in the variable CHROMIUM.\n${line}`,
  );
}

main();
