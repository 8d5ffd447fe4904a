/** Sharing what is set: a link, and the command that does the same. */
import { useEffect, useState } from "preact/hooks";
import { visibleText } from "../../src/report/visible.js";

export interface ShareProps {
  /** The part of the link behind `#`, and what it lacks, in words. */
  readonly link: () => Promise<{ readonly fragment: string; readonly lacks: string }>;
  readonly command: string;
}

const SHOWN_MS = 5000;

export function Share({ link, command }: ShareProps) {
  const [said, say] = useState("");
  /** The link, where the browser does not let the page copy it. */
  const [shown, show] = useState("");
  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => say(""), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async (text: string, done: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      say(done);
      show("");
    } catch {
      say("the browser does not let the page copy: take it from the field");
      show(text);
    }
  };
  const copyLink = async (): Promise<void> => {
    const { fragment, lacks } = await link();
    await copy(`${location.href.replace(/#.*$/s, "")}#${fragment}`, `link copied${lacks}`);
  };
  return (
    <div class="share">
      <div class="actions">
        <button type="button" onClick={() => void copyLink()}>
          Copy link
        </button>
        <button type="button" title={visibleText(command)} onClick={() => void copy(command, "command copied")}>
          Copy command
        </button>
      </div>
      <p class="hint said" role="status">
        {said}
      </p>
      {shown === "" ? null : (
        <input
          type="text"
          readOnly
          aria-label="To copy"
          value={shown}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
      )}
    </div>
  );
}

/** The command that does the same as the settings. */
export function Command({ text }: { readonly text: string }) {
  return <code class="command">{visibleText(text)}</code>;
}
