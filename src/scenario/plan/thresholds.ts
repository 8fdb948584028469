import type { Problem } from "../../model/fault/errors.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import type { Threshold } from "../../model/plan/threshold.ts";
import { suggestion } from "../../yaml/nearest.ts";
import { locate, type Path, valueAt, type YamlSource } from "../../yaml/yaml.ts";
import { thresholdProblem } from "../check/threshold-fit.ts";
import { PHASE_THRESHOLDS, RUN_THRESHOLDS } from "../schema/threshold-fields.ts";
import type { Overridden } from "./set.ts";

interface Planned {
  readonly phases: readonly PhasePlan[];
  readonly problems: readonly Problem[];
}

/**
 * Adds thresholds to the phases: those of `--set`, otherwise the phase's own, otherwise those of
 * `defaults`; and those of the scenario. `groups` has the phases of each entry of `phases`, several
 * for a matrix.
 *
 * Thresholds for all phases apply only to phases with the measure. They must apply to at least one
 * phase, because a threshold without a phase would always pass.
 */
export function withThresholds(
  { source, forced }: Overridden,
  groups: readonly (readonly PhasePlan[])[],
): Planned {
  const shared = [
    { from: forced, path: ["thresholds"] },
    { from: source, path: ["defaults", "thresholds"] },
  ].map(({ from, path }) => readList(from, path));
  const [strong, weak] = shared;
  const own = groups.map((_, index) => readList(source, ["phases", index, "thresholds"]));
  const lists = own.map((list) => strong ?? list ?? weak ?? []);
  const named = byPhase(source, groups);
  const phases = groups.flatMap((group, index) =>
    group.map((phase) => {
      const list = (lists[index] ?? []).filter((one) => thresholdProblem(one, phase) === null);
      const thresholds = [...list, ...(named.byName.get(phase.name) ?? [])];
      return thresholds.length === 0 ? phase : { ...phase, thresholds };
    }),
  );
  const problems = [
    ...groups.flatMap((group, index) =>
      strong === null ? misfits(own[index] ?? [], group, "every") : [],
    ),
    ...shared.flatMap((list) => {
      const reached = groups.filter((_, index) => list !== null && lists[index] === list);
      return list === null ? [] : misfits(list, reached.flat(), "one");
    }),
    ...named.problems,
  ];
  return { phases, problems };
}

/** Reports thresholds that do not apply to every phase, or to no phase. */
function misfits(
  list: readonly Threshold[],
  phases: readonly PhasePlan[],
  fits: "every" | "one",
): readonly Problem[] {
  // A phase without operations is reported elsewhere.
  const sound = phases.filter(({ mix }) => mix.length > 0);
  return list.flatMap((threshold) => {
    const found = sound
      .map((phase) => thresholdProblem(threshold, phase))
      .filter((one) => one !== null);
    const [message] = found;
    const wrong = fits === "every" ? found.length > 0 : found.length === sound.length;
    const { place } = threshold;
    return wrong && message !== undefined && place !== null ? [{ ...place, message }] : [];
  });
}

/** The valid entries of a list with their positions; null without a list. */
function readList(source: YamlSource, path: Path): readonly Threshold[] | null {
  return (
    entriesOf(source, path)?.flatMap(({ entry, place }) => {
      const read = PHASE_THRESHOLDS.element.safeParse(entry);
      return read.success ? [{ ...read.data, place }] : [];
    }) ?? null
  );
}

/** The scenario's own thresholds by the names of their phases. */
function byPhase(
  source: YamlSource,
  groups: readonly (readonly PhasePlan[])[],
): {
  readonly byName: ReadonlyMap<string, readonly Threshold[]>;
  readonly problems: readonly Problem[];
} {
  const byName = new Map<string, Threshold[]>();
  const problems: Problem[] = [];
  const written = groups.map((_, index) => valueAt(source.value, ["phases", index, "name"]));
  for (const { entry, place } of entriesOf(source, ["thresholds"]) ?? []) {
    const read = RUN_THRESHOLDS.element.safeParse(entry);
    if (!read.success) continue;
    const { phase: name, threshold } = read.data;
    const reached = groups.flatMap((group, index) =>
      group.filter((phase) => phase.name === name || written[index] === name),
    );
    if (reached.length === 0) {
      const names = groups.flat().map((phase) => phase.name);
      problems.push({
        ...place,
        message: `unknown phase \`${name}\`; ${suggestion(name, names)}`,
      });
    }
    const placed = { ...threshold, place };
    problems.push(...misfits([placed], reached, "every"));
    for (const phase of reached) {
      byName.set(phase.name, [...(byName.get(phase.name) ?? []), placed]);
    }
  }
  return { byName, problems };
}

function entriesOf(source: YamlSource, path: Path) {
  const list = valueAt(source.value, path);
  if (!Array.isArray(list)) return null;
  return list.map((entry: unknown, index) => ({
    entry,
    place: locate(source, [...path, index], "value"),
  }));
}
