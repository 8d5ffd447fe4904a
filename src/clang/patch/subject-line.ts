/** What the subject of a mailed patch says: version, place in its series, title. */

/** A subject, taken apart. */
export interface SubjectLine {
  /** Without tags, in small letters, words alone: what versions of one patch have in common. */
  readonly title: string;
  /** 2.001 for `v2.1`. */
  readonly version: number;
  readonly isRfc: boolean;
  readonly isResend: boolean;
  readonly isReply: boolean;
  /** n of `n/m`, 0 for a cover letter; 1 where it is one patch. */
  readonly part: number;
  readonly total: number;
}

const REPLY = /^(?:re|fwd?|aw|sv|antw|wg)\s*(?:\[\d{1,3}\])?:\s*/i;
const TAG = /^\[([^[\]]{0,200})\]\s*/;
const VERSION = /(?:^|[^a-z0-9]|patch|rfc)v(\d{1,4})(?:\.(\d{1,3}))?(?![a-z0-9])/i;
const PLACE = /(?:^|[^\d])(\d{1,4})\s*\/\s*(\d{1,4})(?!\d)/;
/** Tags and signs of replies in one subject. */
const TAGS_MAX = 20;

/** Reads `[RFC PATCH v2 03/12] x86/tdx: …` and its relatives. */
export function subjectLineOf(subject: string): SubjectLine {
  let rest = subject.trim();
  let isReply = false;
  const tags: string[] = [];
  for (let count = 0; count < TAGS_MAX; count++) {
    const reply = REPLY.exec(rest);
    const tag = TAG.exec(rest);
    if (reply === null && tag === null) break;
    if (reply !== null) isReply = true;
    if (tag !== null) tags.push(tag[1]);
    rest = rest.slice((reply ?? tag)?.[0].length);
  }
  const text = tags.join(" ");
  const version = VERSION.exec(text);
  const place = PLACE.exec(text);
  return {
    title: rest
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim(),
    version: version === null ? 1 : Number(version[1]) + Number(version[2] ?? 0) / 1000,
    isRfc: /\brfc(?![a-z])/i.test(text),
    isResend: /\bresen[dt]\b/i.test(text),
    isReply,
    part: place === null ? 1 : Number(place[1]),
    total: place === null ? 1 : Number(place[2]),
  };
}
