/** Text in which the words of the glossary say what they mean: under the mouse, and by keyboard. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import glossary from "../../docs/glossary.md?raw";
import { finderOf, type Term } from "./glossary.js";

const glossed = finderOf(glossary);

export function Glossed({ text }: { readonly text: string }) {
  return (
    <>
      {glossed(text).map((part) =>
        typeof part === "string" ? part : <Word key={part.term.name} word={part.word} term={part.term} />,
      )}
    </>
  );
}

const GAP = 6;
const MARGIN = 8;

/** One word. What it means stands in the top layer, where nothing cuts it off. */
function Word({ word, term }: { readonly word: string; readonly term: Term }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const tip = useRef<HTMLSpanElement>(null);
  const [isShown, show] = useState(false);
  useEffect(() => {
    const [at, box] = [button.current, tip.current];
    if (at === null || box === null || !isShown) return;
    box.showPopover();
    const { left, top, bottom } = at.getBoundingClientRect();
    const { width, height } = box.getBoundingClientRect();
    const below = bottom + GAP + height < innerHeight;
    box.style.left = `${Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN))}px`;
    box.style.top = `${below ? bottom + GAP : Math.max(MARGIN, top - GAP - height)}px`;
    const away = (event: KeyboardEvent): void => {
      if (event.key === "Escape") show(false);
    };
    const scrolled = (): void => show(false);
    addEventListener("keydown", away);
    addEventListener("scroll", scrolled, true);
    return () => {
      removeEventListener("keydown", away);
      removeEventListener("scroll", scrolled, true);
      if (box.isConnected) box.hidePopover();
    };
  }, [isShown]);
  return (
    <>
      <button
        type="button"
        class="term"
        ref={button}
        aria-describedby={id}
        onMouseEnter={() => show(true)}
        onMouseLeave={() => show(false)}
        onFocus={() => show(true)}
        onBlur={() => show(false)}
        onClick={() => show(true)}
      >
        {word}
      </button>
      <span class="tip" role="tooltip" popover="manual" id={id} ref={tip}>
        <b>{term.name}</b> {term.meaning}
      </span>
    </>
  );
}
