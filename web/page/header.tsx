/** The head of the page: what this is, and the ways to the documents. */
import type { ComponentChildren } from "preact";
import { requirements } from "../../src/check/index.js";

/** @param children what stands beside it once a run has begun */
export function Header({ children }: { readonly children: ComponentChildren }) {
  return (
    <div class="page-top">
      <header class="page-head">
        <h1>dpamt</h1>
        <p>
          Every interleaving of the Linux helpers for TDX Dynamic PAMT, within bounds you choose, against{" "}
          {requirements.length} requirements. It runs in this browser; nothing leaves it.
        </p>
        <nav aria-label="Documents">
          <a class="aside" href="docs/introduction.html">
            Introduction
          </a>
          <a href="docs/index.html">Documentation</a>
          <a class="aside" href="docs/glossary.html">
            Glossary
          </a>
        </nav>
      </header>
      {children}
    </div>
  );
}
