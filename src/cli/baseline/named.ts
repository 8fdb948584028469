import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";
import { pairName } from "../../model/run/pair-name.ts";
import type { Run } from "../../model/run/run.ts";
import { listRuns, type StoredRun } from "../../run/store/read.ts";

/** Names that are one directory on every file system, and no option. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Checks the name of a baseline. @throws UsageError */
export function checkName(name: string): string {
  if (NAME.test(name)) return name;
  throw new UsageError(
    `baseline name \`${name}\`: expected letters, digits, \`.\`, \`_\` and \`-\`, e.g. main`,
  );
}

/** Names of the baselines in a directory, sorted; empty if there is none. */
export function baselineNames(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && NAME.test(entry.name))
    .map(({ name }) => name)
    .sort();
}

/**
 * The runs of a named baseline, one per scenario and target. Null without a baseline of that name.
 *
 * @throws UsageError for a run that this version cannot read.
 */
export async function readNamedBaseline(folder: string): Promise<readonly StoredRun[] | null> {
  if (!existsSync(folder) || existsSync(join(folder, "run.json"))) return null;
  const { runs, unreadable } = await listRuns(folder);
  const [bad] = unreadable;
  if (bad !== undefined) throw new UsageError(bad.problem);
  return runs.length === 0 ? null : runs;
}

/** The run of a baseline for a scenario on a target; null if it has none. */
export function runFor<One extends { readonly run: Run }>(
  runs: readonly One[],
  scenario: string,
  target: string,
): One | null {
  const named = runs.find(({ run }) => run.plan.name === scenario && run.target.name === target);
  return named ?? null;
}

/**
 * Stores runs in a named baseline: only `run.json`, which is all that a comparison needs, so that
 * the files stay small enough for a repository. Each replaces the one of its scenario and target.
 *
 * @throws PreflightError if a file cannot be written.
 */
export function writeBaseline(folder: string, runs: readonly StoredRun[]): void {
  for (const { run, folder: from } of runs) {
    const place = join(folder, placeOf(run));
    const text = readFileSync(join(from, "run.json"));
    const temporary = join(dirname(place), `.${basename(place)}.new`);
    try {
      mkdirSync(place, { recursive: true });
      writeFileSync(temporary, text);
      renameSync(temporary, join(place, "run.json"));
    } catch (error) {
      rmSync(temporary, { force: true });
      throw new PreflightError(`cannot write ${place}/run.json: ${messageOf(error)}`);
    }
  }
}

/** @throws UsageError if a run would replace one of another scenario or target. */
export function rejectPlaces(kept: readonly StoredRun[], next: readonly StoredRun[]): void {
  for (const { run } of next) {
    const { plan, target } = run;
    const same = kept.find((one) => placeOf(one.run) === placeOf(run))?.run;
    if (same === undefined || runFor([{ run: same }], plan.name, target.name) !== null) continue;
    throw new UsageError(
      `${pairName(same)} and ${pairName({ plan, target })} have the same ` +
        `directory ${placeOf(run)}; rename the target or the scenario`,
    );
  }
}

/** Directory of a run in a baseline: it has the same name after every update. */
export function placeOf({ plan, target }: Run): string {
  const safe = (text: string) => text.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+/, "");
  return `${safe(plan.name)}-on-${safe(target.name)}`;
}
