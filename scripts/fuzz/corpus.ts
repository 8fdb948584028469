import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Failure, type KeptCase, readKept } from "./job.ts";
import { runJobs } from "./pool.ts";

/** Cases that failed once: each file holds the kind and the smallest case. */
const CORPUS = fileURLToPath(new URL("../../test/fuzz/corpus", import.meta.url));

/**
 * Tries every case of the corpus in separate processes, which a case may end or block; returns
 * those that fail (again).
 */
export async function replayCorpus(
  folder: string = CORPUS,
): Promise<{ readonly tried: number; readonly failures: readonly Failure[] }> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const jobs = names.sort().map((name) => {
    const file = join(folder, name);
    return { kind: readKept(file).kind, seed: 0, cases: 1, file };
  });
  const failures: Failure[] = [];
  let tried = 0;
  await runJobs(jobs, availableParallelism(), (result) => {
    tried += result.tried;
    failures.push(...result.failures);
  });
  return { tried, failures };
}

/** Keeps a failing case as a file; its name follows from what it holds. */
export function keepCase({ kind, input, error }: Failure, folder: string = CORPUS): string {
  const kept: KeptCase = { kind, input, error };
  const digest = createHash("sha256")
    .update(JSON.stringify([kind, input]))
    .digest("hex");
  const path = join(folder, `${kind}-${digest.slice(0, 8)}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, `${JSON.stringify(kept, null, 2)}\n`);
  return path;
}
