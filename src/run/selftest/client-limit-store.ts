import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { z } from "zod";
import type { Environment } from "../../model/run/environment.ts";
import type { ClientLimits } from "../../model/run/harness.ts";
import { type Fields, parseJson } from "../../model/run/stored-json.ts";
import { MAX_ENTRIES } from "../schema/bounds.ts";
import { clientLimit } from "../schema/harness.ts";
import { amount, instant, ns, positive, share, text, texts } from "../schema/values.ts";
import { makeFolder, replaceText } from "../store/own-file.ts";
import { readStoredText } from "../store/stored-file.ts";

const pacing = z.object({ offeredPerSecond: amount, lateP50Ns: ns, lateP99Ns: ns });

const schema = z.object({
  format: z.literal("assay-floors"),
  version: z.literal(1),
  measuredAt: instant,
  floors: z.array(clientLimit).max(MAX_ENTRIES),
  missing: texts,
  clock: z.object({ source: text.nullable(), readingNs: ns, stepNs: ns }),
  pacing: pacing.exactOptional(),
  timer: z.object({ lateP50Ns: ns, lateP99Ns: ns, lateMaxNs: ns }),
  cores: positive,
  stealShare: share.nullable(),
  othersShare: share.nullable(),
  governor: text.nullable(),
} satisfies Fields<ClientLimits>);

/** Largest file of client limits that is read; one has some kilobytes. */
const MAX_FLOORS_BYTES = 2 ** 20;

/**
 * Path of the file with the client limits of this host, in the user's cache directory (XDG Base
 * Directory Specification: `$XDG_CACHE_HOME`, else `~/.cache`). The name depends on the host, its
 * kernel, Node and assay, because the limits do. Null without a cache directory.
 */
export function clientLimitsPath(
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

/** Reads client limits; null if there are none or the file is invalid. */
export function readClientLimits(path: string | null): ClientLimits | null {
  if (path === null) return null;
  try {
    const text = readStoredText(path, MAX_FLOORS_BYTES);
    const parsed = text === null ? null : parseJson(text);
    const read = parsed !== null && "value" in parsed ? schema.safeParse(parsed.value) : null;
    return read?.data ?? null;
  } catch {
    return null;
  }
}

/** Stores client limits: writes a temporary file and renames it, so no reader sees a part. */
export function writeClientLimits(path: string, floors: ClientLimits): void {
  makeFolder(dirname(path));
  replaceText(path, `${JSON.stringify(floors, null, 2)}\n`);
}

/** Null without a home directory. The specification requires ignoring relative paths. */
function cacheFolder(env: NodeJS.ProcessEnv): string | null {
  const named = env.XDG_CACHE_HOME;
  if (named !== undefined && isAbsolute(named)) return named;
  const home = env.HOME ?? safeHome();
  return home !== null && isAbsolute(home) ? join(home, ".cache") : null;
}

/** Null for a user without an entry in the password file, for whom Node throws. */
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
