import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { boundedAttempt } from "./bounded.ts";
import { describeError, type Failure } from "./job.ts";
import { kindNamed } from "./kinds.ts";

/** Cases that failed once: each file holds the kind and the smallest case. */
const CORPUS = fileURLToPath(new URL("../../test/fuzz/corpus", import.meta.url));

interface Kept {
  readonly kind: string;
  readonly input: unknown;
  /** What was wrong when it was found. */
  readonly error: string;
}

/** Tries every case of the corpus; returns those that fail (again). */
export async function replayCorpus(
  folder: string = CORPUS,
): Promise<{ readonly tried: number; readonly failures: readonly Failure[] }> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const failures: Failure[] = [];
  for (const name of names.sort()) {
    const { kind, input } = JSON.parse(readFileSync(join(folder, name), "utf8")) as Kept;
    const known = kindNamed(kind);
    try {
      await boundedAttempt(known, input);
    } catch (error) {
      failures.push({ kind, seed: 0, input, error: `${name}: ${describeError(error)}` });
    } finally {
      await known.close?.();
    }
  }
  return { tried: names.length, failures };
}

/** Keeps a failing case as a file; its name follows from what it holds. */
export function keepCase({ kind, input, error }: Failure, folder: string = CORPUS): string {
  const kept: Kept = { kind, input, error };
  const digest = createHash("sha256")
    .update(JSON.stringify([kind, input]))
    .digest("hex");
  const path = join(folder, `${kind}-${digest.slice(0, 8)}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, `${JSON.stringify(kept, null, 2)}\n`);
  return path;
}
