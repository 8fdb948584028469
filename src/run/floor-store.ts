import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { z } from "zod";
import type { Environment } from "../model/environment.ts";
import type { Floors } from "../model/harness.ts";
import { ENGINE_NAMES } from "../model/plan.ts";

const count = z.number().nonnegative();

const schema = z.object({
  format: z.literal("assay-floors"),
  version: z.literal(1),
  measuredAt: z.string(),
  floors: z.array(
    z.object({
      engine: z.enum(ENGINE_NAMES),
      direction: z.enum(["read", "write"]),
      blockBytes: count,
      queueDepth: count,
      operationsPerSecond: z.number().positive(),
      cpuPerOperationNs: count,
      latencyP50Ns: count,
      latencyP99Ns: count,
    }),
  ),
  missing: z.array(z.string()),
  clock: z.object({ source: z.string().nullable(), readingNs: count, stepNs: count }),
  pacing: z.object({ offeredPerSecond: count, lateP50Ns: count, lateP99Ns: count }).exactOptional(),
  timer: z.object({ lateP50Ns: count, lateP99Ns: count, lateMaxNs: count }),
  cores: count,
  stealShare: count.nullable(),
  othersShare: count.nullable(),
  governor: z.string().nullable(),
}) satisfies z.ZodType<Floors>;

/**
 * Where the floors of this machine are kept: in the user's cache folder (XDG Base Directory
 * Specification: `$XDG_CACHE_HOME`, else `~/.cache`), under a name that changes with the machine,
 * its kernel, Node and assay, for another of them has other floors.
 */
export function floorsPath(
  environment: Environment,
  assayVersion: string,
  env: NodeJS.ProcessEnv,
): string | null {
  const folder = cacheFolder(env);
  if (folder === null) return null;
  const { kernel, architecture, cpuModel, cpus, cgroup, clockSource, virtualization, nodeVersion } =
    environment;
  const machine = { kernel, architecture, cpuModel, cpus, clockSource, virtualization };
  const key = JSON.stringify([
    machine,
    cgroup.cpuQuotaCores,
    environment.packages,
    nodeVersion,
    assayVersion,
    machineId(),
  ]);
  const name = createHash("sha256").update(key).digest("hex").slice(0, 16);
  return join(folder, "assay", `floors-${name}.json`);
}

/** What was kept there; null where nothing was, or what is there is none of ours. */
export function readFloors(path: string | null): Floors | null {
  if (path === null) return null;
  try {
    const read = schema.safeParse(JSON.parse(readFileSync(path, "utf8")));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** Keeps floors: written beside their place and renamed, so that nobody reads half of them. */
export function writeFloors(path: string, floors: Floors): void {
  const draft = `${path}.${randomBytes(4).toString("hex")}`;
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(draft, `${JSON.stringify(floors, null, 2)}\n`, { flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Null without a home: the specification has no other place. A relative path is to be ignored. */
function cacheFolder(env: NodeJS.ProcessEnv): string | null {
  const named = env.XDG_CACHE_HOME;
  if (named !== undefined && isAbsolute(named)) return named;
  const home = env.HOME ?? safeHome();
  return home !== null && isAbsolute(home) ? join(home, ".cache") : null;
}

/** A user without an entry in the password file has no home, and Node throws. */
function safeHome(): string | null {
  try {
    return homedir();
  } catch {
    return null;
  }
}

/** machine-id(5): differs between machines that share a home; absent in many containers. */
function machineId(): string | null {
  try {
    return readFileSync("/etc/machine-id", "utf8").trim();
  } catch {
    return null;
  }
}
