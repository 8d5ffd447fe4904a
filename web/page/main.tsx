/** The page of `dpamt serve`. */
import { render } from "preact";
import { App } from "./app.js";
import "./page.css";
import "./outcome.css";

/** Where the compiler lies, as `dpamt serve` says when it serves it along; from files nothing can be loaded. */
function compilerAddress(): string | undefined {
  const said = document.querySelector<HTMLMetaElement>('meta[name="dpamt-compiler"]')?.content;
  if (said === undefined || location.protocol === "file:") return undefined;
  const address = new URL(said, location.href);
  return address.origin === location.origin ? address.href : undefined;
}

const place = document.getElementById("page");
if (place !== null) render(<App compiler={compilerAddress()} />, place);
