import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { PreflightError, UsageError } from "../../model/fault/errors.ts";
import { HOSTS_FOLDER } from "../../model/run/hosts.ts";
import type { Run } from "../../model/run/run.ts";
import { readRun, type StoredRun } from "../../run/store/read.ts";

/**
 * Reads the runs of the single hosts of runs on several hosts, for evidence by host. A run keeps
 * the evidence of its `run.json` where the directory of a host is missing or cannot be read.
 */
export async function withHostRuns(stored: readonly StoredRun[]): Promise<readonly StoredRun[]> {
  const found: StoredRun[] = [];
  for (const one of stored) {
    const hostRuns = (one.run.hosts?.length ?? 0) < 2 ? [] : await hostRunsOf(one);
    found.push(hostRuns.length === 0 ? one : { ...one, run: { ...one.run, hostRuns } });
  }
  return found;
}

async function hostRunsOf({ run, folder }: StoredRun): Promise<readonly Run[]> {
  const names = await readdir(join(folder, HOSTS_FOLDER)).catch(() => []);
  const runs: Run[] = [];
  for (const name of names.toSorted()) {
    try {
      const host = await readRun(join(folder, HOSTS_FOLDER, name), folder);
      runs.push({ ...host.run, id: `${run.id}/${HOSTS_FOLDER}/${name}` });
    } catch (error) {
      if (!(error instanceof UsageError || error instanceof PreflightError)) throw error;
    }
  }
  return runs;
}
