/** Records a schedule: walks the path of what a search has found, stretch by stretch. */
import type { Found, Trace } from "../../explore/index.js";
import type { Setup } from "../setup.js";
import { accessNow, Landmarks } from "./landmarks.js";
import { DRAINS, type Schedule, type Stretch } from "./schedule.js";
import { showWaiting } from "./waiting.js";

/** The schedule of what was found in `setup`; walks there, telling `trace`. */
export function scheduleOf(setup: Setup, { path, violation }: Found, trace: Trace | null): Schedule {
  const { property: requirement } = violation;
  const waits = violation.finding === "deadlock";
  const { system } = setup;
  const landmarks = new Landmarks(setup, trace);
  const stretches: Stretch[] = [];
  setup.system.reset();
  setup.monitor.onState();
  system.trace = landmarks;
  for (const [index, move] of path.entries()) {
    const drains = move.cpu >= system.cpus;
    if (drains || path[index - 1]?.cpu !== move.cpu) {
      stretches.push(...behindLandmark(landmarks, stretches));
      const begun = shortStretch(system.cpuOf(move.cpu));
      stretches.push(drains ? { ...begun, drains } : begun);
      landmarks.beginStretch();
    }
    system.choices.take(move.choices);
    system.move(move.cpu);
    const stretch = stretches[stretches.length - 1] as Stretch;
    stretches[stretches.length - 1] = {
      ...stretch,
      landmark: landmarks.landmark,
      occurrence: landmarks.occurrence,
      choices: [...stretch.choices, ...move.choices],
    };
  }
  stretches.push(...behindLandmark(landmarks, stretches));
  for (const cpu of inOrder(violation.race, stretches)) {
    const access = accessNow(setup, landmarks, cpu);
    const before = stretches[stretches.length - 1];
    if (before?.cpu === cpu && before.drains === undefined)
      stretches[stretches.length - 1] = { ...access, choices: before.choices };
    else stretches.push(access);
  }
  stretches.push(...inBuffers(setup, landmarks));
  system.trace = null;
  if (waits) showWaiting(setup, trace);
  const { design, scenario, without } = setup.subject;
  const earlyChoice = without?.includes("late-choice") === true;
  return { design: design.name, scenario: scenario.name, bounds: setup.bounds, requirement, earlyChoice, stretches };
}

/** A stretch without an operation on a shared word: the CPU goes on up to the first one. */
export function shortStretch(cpu: number): Stretch {
  return { cpu, landmark: "", occurrence: 0, choices: [] };
}

/** What a CPU does behind the end of a run to its landmark, if anything. */
export function behindLandmark({ landmark, wentOn }: Landmarks, stretches: readonly Stretch[]): Stretch[] {
  const last = stretches.at(-1);
  return last === undefined || landmark === "" || !wentOn ? [] : [shortStretch(last.cpu)];
}

/** Stores that have yet to drain, as if they did now: so that whoever follows knows that they were buffered. */
function inBuffers({ system }: Setup, landmarks: Landmarks): Stretch[] {
  const stretches: Stretch[] = [];
  for (let cpu = 0; cpu < system.cpus; cpu++) {
    for (const node of system.memoryModel.pending(cpu)) {
      landmarks.count(DRAINS[cpu] as string, node);
      const { landmark, occurrence } = landmarks;
      stretches.push({ cpu, drains: true, landmark, occurrence, choices: [] });
    }
  }
  return stretches;
}

/** CPUs that race, the one that moved last first. */
function inOrder(race: readonly number[] = [], stretches: readonly Stretch[]): number[] {
  const last = stretches[stretches.length - 1]?.cpu;
  return [...race].sort((one, other) => Number(other === last) - Number(one === last));
}
