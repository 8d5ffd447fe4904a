/** The page: settings that fold into a bar once a run has begun, and what comes out. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { visibleText } from "../../src/report/visible.js";
import { RunActions, RunBar } from "./bar.js";
import { emptyForm, type Form } from "./form.js";
import { Header } from "./header.js";
import { commandOf, type Link, noticeOf, readFragment } from "./link.js";
import { OpenFile } from "./open-file.js";
import { Outcomes } from "./outcomes.js";
import { type PackedC, packC, unpackC } from "./packing.js";
import { SettingsForm } from "./settings.js";
import { Command, Share } from "./share.js";
import { useChecker } from "./use-checker.js";
import { useLinks } from "./use-links.js";

/** What the page itself writes behind `#` that is no setting: the way to a requirement. */
const NO_SETTINGS = /^R\d+$/;

export interface AppProps {
  /** Address of the folder with the compiler, where it is served along. */
  readonly compiler: string | undefined;
}

export function App({ compiler }: AppProps) {
  const hasCompiler = compiler !== undefined;
  const checker = useChecker(compiler);
  const [form, setForm] = useState<Form>(emptyForm);
  /** Number of the failure that is shown, from 0, and step of it. */
  const [failure, setFailure] = useState(0);
  const [step, setStep] = useState<number>();
  const [notice, setNotice] = useState<string>();
  const [packed, setPacked] = useState<PackedC>();
  /** The settings are in sight although a run has begun. */
  const [isUnfolded, unfold] = useState(false);
  const { outcome, live, asked } = checker;
  const current = useRef(checker);
  current.current = checker;
  const typed = useRef(form);
  typed.current = form;
  /** Number of what was done last: what was begun before it comes too late. */
  const latest = useRef(0);

  const follow = useCallback(async (): Promise<void> => {
    const fragment = location.hash.slice(1);
    if (NO_SETTINGS.test(fragment)) return;
    latest.current += 1;
    const mine = latest.current;
    const link = readFragment(fragment, hasCompiler);
    const filled = await filledBy(link, typed.current);
    if (latest.current !== mine) return;
    setForm(filled.form);
    setFailure((link.failure ?? 1) - 1);
    setStep(link.step);
    setPacked(filled.packed);
    const ignored = filled.isDamaged ? [...link.ignored, "c=…"] : link.ignored;
    const isRun = link.run && !filled.isDamaged;
    setNotice(noticeOf(ignored, !isRun && new URLSearchParams(fragment).has("run")));
    unfold(!isRun);
    if (isRun) current.current.start(filled.form, link.show);
    else current.current.clear();
  }, [hasCompiler]);
  useEffect(() => {
    void follow();
    const onHash = (): void => void follow();
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, [follow]);

  const isC = form.mode === "c";
  const links = useLinks({ form, checker, packed, failure, step });
  const change = (part: Partial<Form>): void => {
    setForm((now) => ({ ...now, ...part }));
    if (["text", "harness", "shim"].some((name) => name in part)) setPacked(undefined);
  };
  /** What was looked at, and said, is of the result before. */
  const anew = (): void => {
    setFailure(0);
    setStep(undefined);
    setNotice(undefined);
    unfold(false);
  };
  const start = async (): Promise<void> => {
    if (live !== undefined) return;
    latest.current += 1;
    const mine = latest.current;
    const text = isC ? await packC(form) : undefined;
    if (latest.current !== mine) return;
    anew();
    if (isC) setPacked(text);
    checker.start(form);
  };
  const open = (file: File): void => {
    latest.current += 1;
    checker.open(file, anew);
  };
  const hasBegun = live !== undefined || outcome !== undefined || asked !== undefined;
  const isFolded = hasBegun && !isUnfolded;
  const classes = ["dpamt", "page", isFolded ? "folded" : "", hasBegun || isC ? "" : "fresh"];
  const actions = <RunActions isRunning={live !== undefined} stop={checker.stop} />;
  return (
    <div class={classes.join(" ").trim()}>
      <Header>
        {hasBegun ? (
          <RunBar
            form={asked ?? form}
            isOpened={asked === undefined && outcome !== undefined}
            isUnfolded={isUnfolded}
            unfold={() => unfold(!isUnfolded)}
            actions={actions}
            result={outcome?.shown === undefined ? undefined : outcome.rows[outcome.shown]?.result}
            share={<Share link={links.link} command={commandOf(form)} />}
          />
        ) : null}
      </Header>
      <main>
        <form
          id="settings"
          class="panel settings"
          aria-label="Settings"
          hidden={isFolded}
          onSubmit={(event) => {
            event.preventDefault();
            void start();
          }}
        >
          <SettingsForm form={form} set={change} hasCompiler={hasCompiler} />
          {hasBegun ? null : actions}
          {hasBegun ? null : <Share link={links.link} command={commandOf(form)} />}
          <Command text={commandOf(form)} />
          <OpenFile open={open} />
        </form>
        <Outcomes
          checker={checker}
          form={form}
          change={change}
          run={() => void start()}
          looked={{ failure, step, setFailure, setStep, ...links }}
          notice={notice}
        />
      </main>
      <p class="unseen" role="status">
        {visibleText(checker.announcement)}
      </p>
    </div>
  );
}

interface Filled {
  readonly form: Form;
  readonly packed: PackedC | undefined;
  /** The C of the link cannot be unpacked. */
  readonly isDamaged: boolean;
}

/** The form of a link with its C; C that was typed stays where the link brings none. */
async function filledBy(link: Link, own: Form): Promise<Filled> {
  const texts = link.packed === undefined ? undefined : await unpackC(link.packed);
  if (texts !== undefined) return { form: { ...link.form, ...texts }, packed: link.packed, isDamaged: false };
  const isDamaged = link.packed !== undefined;
  const { text, file, entry, harness, shim } = own;
  if (text === "") return { form: link.form, packed: undefined, isDamaged };
  return { form: { ...link.form, text, file, entry, harness, shim }, packed: await packC(own), isDamaged };
}
