/**
 * Schedules: a failing interleaving as a short line of text that later versions can follow.
 *
 * A schedule names the subject and the *landmark* of each stretch of one CPU: the last operation on a shared word. A
 * landmark is a short hash of what it does to which word, and which time the CPU does it. Operations that a later
 * version adds or drops elsewhere do not disturb it. The choices of the environment are listed with the stretch.
 *
 *     dpamt1:early-drop:main:c3,r2,g2,f1,padversarial,urdmd:R1:0.k3f9a.1.01_1.…~
 */
import { UserError } from "../../text/index.js";
import type { Bounds } from "../options/bounds.js";
import { requirements } from "../requirements/index.js";

/** Version of the format, the first thing in each schedule. */
export const SCHEDULE_FORMAT = "dpamt1";

/** Ends each schedule, so that one that lost its end in copying is noticed. */
const END = "~";

/** Flag of a schedule whose pages got their places when they were allocated. */
const EARLY_CHOICE = "x";

/** Flag of a schedule with store buffers. */
const STORE_BUFFERS = "mtso";

/** Flag before the number of SEAMCALLs that may fail, where there are any. */
const SEAMCALL_FAILURES = "s";

/** CPUs whose buffers drain, as letters instead of digits. */
export const DRAINS = "abcdefgh";

/** A stretch of one CPU, or a store of it that reaches memory. */
export interface Stretch {
  readonly cpu: number;
  /** The CPU does nothing; its oldest store, of which this tells, reaches memory. */
  readonly drains?: true;
  /** Hash of the last operation on a shared word; empty when there was none. */
  readonly landmark: string;
  /** Which time this CPU does that operation, from 1. */
  readonly occurrence: number;
  readonly choices: readonly number[];
}

export interface Schedule {
  readonly design: string;
  readonly scenario: string;
  readonly bounds: Bounds;
  /** Requirement that it breaks. */
  readonly requirement: string;
  /** Pages got their places when they were allocated: the reduction `late-choice` was off. */
  readonly earlyChoice: boolean;
  readonly stretches: readonly Stretch[];
}

/** A schedule that cannot be read or followed. */
export class ScheduleError extends UserError {
  readonly code = "SCHEDULE";
}

/** The schedule as one line. */
export function formatSchedule(schedule: Schedule): string {
  const { bounds } = schedule;
  const flags = [
    `c${bounds.cpus}`,
    `r${bounds.rounds}`,
    `g${bounds.regions}`,
    `f${bounds.allocFailures}`,
    `p${bounds.placement}`,
    `u${bounds.use}`,
    ...(schedule.earlyChoice ? [EARLY_CHOICE] : []),
    ...(bounds.memory === "tso" ? [STORE_BUFFERS] : []),
    ...((bounds.seamcallFailures ?? 0) > 0 ? [`${SEAMCALL_FAILURES}${bounds.seamcallFailures}`] : []),
  ];
  return [
    SCHEDULE_FORMAT,
    // The name of a file may hold anything.
    encodeURIComponent(schedule.design).replaceAll("%2F", "/"),
    schedule.scenario,
    flags.join(","),
    schedule.requirement,
    schedule.stretches.map(formatStretch).join("_") + END,
  ].join(":");
}

/** A stretch as it stands in a schedule. */
export function formatStretch({ cpu, drains, landmark, occurrence, choices }: Stretch): string {
  return `${drains === true ? DRAINS[cpu] : cpu}.${landmark}.${occurrence}.${choices.join("")}`;
}

const FLAGS =
  /^c([1-8]),r([1-9]\d{0,2}),g([1-8]),f(\d{1,2}),p(adversarial|first-fit),u(rdmd|wbinvd|none)(,x)?(,mtso)?(?:,s(\d{1,2}))?$/;
const STRETCH = /^([0-7a-h])\.([0-9a-z]{5}|)\.(\d{1,6})\.(\d*)$/;

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw damaged("the name of its design");
  }
}

function damaged(what: string): ScheduleError {
  return new ScheduleError(
    `the schedule is damaged: ${what} is not as dpamt writes it; copy the whole line again, in single quotes`,
  );
}

/** Reads a schedule. @throws ScheduleError saying what is wrong and what to do */
export function parseSchedule(line: string): Schedule {
  const parts = line.trim().split(":");
  const format = parts[0] as string;
  if (format !== SCHEDULE_FORMAT) {
    const known = /^dpamt\d+$/.test(format);
    throw new ScheduleError(
      known
        ? `the schedule has format ${format}, this version reads ${SCHEDULE_FORMAT}; find the failure again with "dpamt check"`
        : `"${format.slice(0, 40)}" does not begin a schedule; copy the whole line that "dpamt check" printed, from "${SCHEDULE_FORMAT}:"`,
    );
  }
  const [, design = "", scenario = "", flags = "", requirement = "", rest = ""] = parts;
  const bounds = FLAGS.exec(flags);
  if (parts.length !== 6 || bounds === null || !requirements.some(({ id }) => id === requirement)) {
    throw damaged(`what stands before its moves (${parts.slice(1, 5).join(":").slice(0, 80)})`);
  }
  if (!rest.endsWith(END)) {
    throw new ScheduleError(`the schedule is cut off: it does not end in "${END}"; copy the whole line again`);
  }
  // What is wrong from the start needs no move.
  const moves = rest === END ? [] : rest.slice(0, -END.length).split("_");
  const stretches = moves.map((text, index) => {
    const match = STRETCH.exec(text);
    if (match === null) {
      throw damaged(`its move ${index + 1} ("${text.slice(0, 40)}")`);
    }
    const [, who, landmark, occurrence, choices] = match as unknown as [string, string, string, string, string];
    const operation = { landmark, occurrence: Number(occurrence), choices: [...choices].map(Number) };
    const drains = DRAINS.indexOf(who);
    return drains < 0 ? { cpu: Number(who), ...operation } : { cpu: drains, drains: true as const, ...operation };
  });
  const [, cpus, rounds, regions, failures, placement, use, early, memory, refusals] = bounds as unknown as string[];
  return {
    earlyChoice: early !== undefined,
    design: decoded(design),
    scenario,
    requirement,
    stretches,
    bounds: {
      cpus: Number(cpus),
      rounds: Number(rounds),
      regions: Number(regions),
      allocFailures: Number(failures),
      placement: placement as Bounds["placement"],
      use: use as Bounds["use"],
      ...(memory === undefined ? {} : { memory: "tso" as const }),
      ...(refusals === undefined ? {} : { seamcallFailures: Number(refusals) }),
    },
  };
}
