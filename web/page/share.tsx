/** Sharing what is set: a link, and the command that does the same. */
import { useEffect, useState } from "preact/hooks";

export interface ShareProps {
  readonly fragment: string;
  readonly command: string;
  /** The C is too long for a link, or has not been packed yet. */
  readonly isTooLong: boolean;
}

const SHOWN_MS = 4000;

export function Share({ fragment, command, isTooLong }: ShareProps) {
  const [said, say] = useState("");
  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => say(""), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const link = `${location.href.replace(/#.*$/s, "")}#${fragment}`;
  const [isShown, setShown] = useState(false);
  const copy = async (text: string, what: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      say(`${what} copied`);
    } catch {
      setShown(true);
      say("the browser does not copy: take the link from the field");
    }
  };
  return (
    <div class="share">
      <div class="actions">
        <button type="button" onClick={() => void copy(link, "Link")}>
          Copy link
        </button>
        <button type="button" onClick={() => void copy(command, "Command")}>
          Copy command
        </button>
        <span class="muted said" role="status">
          {said}
        </span>
      </div>
      {isShown ? (
        <input
          type="text"
          readOnly
          aria-label="Link"
          value={link}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
      ) : null}
      {isTooLong ? (
        <p class="hint">The link has the settings; the C itself goes along once it has been checked.</p>
      ) : null}
      <code class="command">{command}</code>
    </div>
  );
}
