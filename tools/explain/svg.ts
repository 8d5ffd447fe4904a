/**
 * SVG as text: shapes, escaped words, and one look for all pictures of the documentation.
 *
 * Colours are those of Okabe and Ito, with lighter ones on dark ground; whatever a colour says is also said by a shape,
 * a pattern or a word. A picture has its own ground, so that it can be read wherever it is shown.
 */

/** Classes that shapes may have; what they look like is said in `STYLE`. */
const STYLE = `
text{font-family:system-ui,-apple-system,"Segoe UI","Noto Sans","Liberation Sans","DejaVu Sans",sans-serif;font-size:14px;fill:#1b1e22}
.mono{font-family:ui-monospace,"SF Mono","Cascadia Mono","DejaVu Sans Mono","Liberation Mono",monospace;font-size:13px}
.big{font-size:20px;font-weight:600}.head{font-size:15px;font-weight:600}.bold{font-weight:600}.small{font-size:12px}
.muted{fill:#565d66}.ground{fill:#ffffff}.panel{fill:#f4f5f6;stroke:#d9dce0;stroke-width:1}.row{fill:#e9ebee}
.line{stroke:#8b939c;stroke-width:1.5;fill:none}.rule{stroke:#d9dce0;stroke-width:1;fill:none}.dot{fill:#565d66}.tip{fill:#565d66}
.box{fill:#ffffff;stroke:#8b939c;stroke-width:1.5}.dashed{stroke-dasharray:5 4}
.count{fill:#cdeee3;stroke:#009e73;stroke-width:1.5}.count-text{fill:#00503b;font-weight:600}
.kernel{fill:#0072b2;stroke:#0072b2;stroke-width:1.5}.kernel-line{stroke:#0072b2;stroke-width:2;fill:none}.kernel-back{fill:#e2effa;stroke:#0072b2;stroke-width:1.5}
.on-kernel{fill:#ffffff;font-weight:600}.kernel-text{fill:#00548a}
.module{fill:#d55e00;stroke:#d55e00;stroke-width:1.5}.module-line{stroke:#d55e00;stroke-width:2;fill:none}.module-back{fill:#fdeee2;stroke:#d55e00;stroke-width:1.5}
.module-text{fill:#8f3800}.on-module{fill:#ffffff;font-weight:600}
.pair{fill:#f0dce7;stroke:#a3497b;stroke-width:1.5}.pair-text{fill:#7d2f5a}.pair-line{stroke:#a3497b;stroke-width:2;fill:none}.pair-tip{fill:#a3497b}
.bad{fill:#d55e00;stroke:#d55e00}.bad-line{stroke:#d55e00;stroke-width:2.5;fill:none}.bad-back{fill:#fdeee2;stroke:#d55e00;stroke-width:2}.bad-text{fill:#8f3800;font-weight:600}
.good-back{fill:#e0f4ec;stroke:#009e73;stroke-width:2}.good-text{fill:#00503b;font-weight:600}.good-line{stroke:#009e73;stroke-width:2.5;fill:none}.good-tip{fill:#009e73}
.cross{stroke:#ffffff;stroke-width:2.5;fill:none}
.hatch-kernel{fill:url(#shared-kernel);stroke:#0072b2;stroke-width:1.5}.hatch-module{fill:url(#shared-module);stroke:#d55e00;stroke-width:1.5}
.hatch-pair{fill:url(#dots-pair);stroke:#a3497b;stroke-width:1.5}.hatch-ground{fill:#ffffff}
.middle{text-anchor:middle}.end{text-anchor:end}
@media (prefers-color-scheme:dark){
text{fill:#e7e9eb}.muted{fill:#a6aeb7}.ground{fill:#14171a}.panel{fill:#1d2126;stroke:#343a41}.row{fill:#272c32}
.line{stroke:#78818b}.rule{stroke:#343a41}.dot{fill:#a6aeb7}.tip{fill:#a6aeb7}.box{fill:#14171a;stroke:#78818b}
.count{fill:#12312a;stroke:#2fbf93}.count-text{fill:#7fe3c3}
.kernel{fill:#56b4e9;stroke:#56b4e9}.kernel-line{stroke:#56b4e9}.kernel-back{fill:#17324a;stroke:#56b4e9}.on-kernel{fill:#14171a}.kernel-text{fill:#8fd0f5}
.module{fill:#e8771f;stroke:#e8771f}.module-line{stroke:#e8771f}.module-back{fill:#3b2314;stroke:#e8771f}.module-text{fill:#ffb98a}.on-module{fill:#14171a}
.pair{fill:#40283a;stroke:#d98ab5}.pair-text{fill:#efb9d5}.pair-line{stroke:#d98ab5}.pair-tip{fill:#d98ab5}
.cross{stroke:#14171a}.bad{fill:#e8771f;stroke:#e8771f}.bad-line{stroke:#e8771f}.bad-back{fill:#3b2314;stroke:#e8771f}.bad-text{fill:#ffb98a}
.good-back{fill:#12312a;stroke:#2fbf93}.good-text{fill:#7fe3c3}.good-line{stroke:#2fbf93}.good-tip{fill:#2fbf93}
.hatch-kernel{stroke:#56b4e9}.hatch-module{stroke:#e8771f}.hatch-pair{stroke:#d98ab5}.hatch-ground{fill:#14171a}
}`;

const PATTERNS = [
  hatch("shared-kernel", `<path d="M0 0V8" class="kernel-line"/>`),
  hatch("shared-module", `<path d="M0 0V8" class="module-line"/>`),
  hatch("dots-pair", `<path d="M4 1V4" class="pair-line"/>`),
].join("");

function hatch(id: string, mark: string): string {
  return `<pattern id="${id}" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="8" height="8" class="hatch-ground"/>${mark}</pattern>`;
}

/** What a picture is, for those who cannot see it. */
export interface PictureText {
  readonly title: string;
  readonly description: string;
}

/** A picture with everything that it needs. */
export function picture(width: number, height: number, { title, description }: PictureText, body: string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="desc">${escaped(description)}</desc>`,
    `<style>${STYLE}</style>`,
    `<defs>${PATTERNS}</defs>`,
    `<rect width="${width}" height="${height}" rx="8" class="ground"/>`,
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

export function rect(x: number, y: number, width: number, height: number, look: string, radius = 3): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" class="${look}"/>`;
}

/** Words whose baseline begins at a point; looks `middle` and `end` move them to the left. */
export function words(x: number, y: number, text: string, look = ""): string {
  return `<text x="${x}" y="${y}"${look === "" ? "" : ` class="${look}"`}>${escaped(text)}</text>`;
}

/** Lines of words below each other. */
export function lines(x: number, y: number, texts: readonly string[], look = "", step = 20): string[] {
  return texts.map((text, index) => words(x, y + index * step, text, look));
}

export function path(d: string, look = "line"): string {
  return `<path d="${d}" class="${look}"/>`;
}

export function dot(x: number, y: number, radius = 4, look = "dot"): string {
  return `<circle cx="${x}" cy="${y}" r="${radius}" class="${look}"/>`;
}

/** Length of an arrow's tip. */
const TIP = 9;

/** A straight arrow; `tip` is the look of its head. */
export function arrow(x1: number, y1: number, x2: number, y2: number, look = "line", tip = "tip"): string {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const [bx, by] = [x2 - TIP * dx, y2 - TIP * dy];
  const at = (x: number, y: number): string => `${round(x)} ${round(y)}`;
  const side = TIP / 2;
  const head = `M${at(x2, y2)}L${at(bx - side * dy, by + side * dx)}L${at(bx + side * dy, by - side * dx)}Z`;
  return path(`M${at(x1, y1)}L${at(bx, by)}`, look) + path(head, tip);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
