import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { OUTCOMES, REASONS } from "../../../src/model/claim/verdict.ts";
import { startVolume, type Volume, type VolumeOptions } from "../../../src/testbed/volume/start.ts";
import { assay } from "../../cli/assay.ts";
import { SCRATCH } from "../../testbed/volume/support.ts";

const PROGRAM = fileURLToPath(new URL("../../../bin/assay.mjs", import.meta.url));

/** A volume as it is, and what the targets file says of it. */
export interface Declared {
  readonly name: string;
  readonly is: Omit<VolumeOptions, "folder" | "beside">;
  readonly says: Readonly<Record<string, unknown>>;
}

const VerdictRow = z.object({
  claim_id: z.string(),
  targets: z.string(),
  verdict: z.enum(OUTCOMES),
  reason_code: z.enum(REASONS),
  reason: z.string(),
  measured: z.number().nullable(),
  measured_low: z.number().nullable(),
  measured_high: z.number().nullable(),
  figure: z.number().nullable(),
  bound_by: z.string().nullable(),
  bound: z.number().nullable(),
});
/** A row of what `assay verify --format json` prints, as far as it is looked at. */
export type VerdictRow = z.infer<typeof VerdictRow>;
const Printed = z.object({ data: z.object({ rows: z.array(VerdictRow) }) });

/** Volumes that are up, and the command line under their limits. */
export interface Verified {
  /** Paths of the volumes, by name. */
  readonly paths: Readonly<Record<string, string>>;
  /** Measures what a scenario says on targets by their names; the folders of what was stored. */
  run(scenario: string, ...parameters: readonly string[]): Promise<readonly string[]>;
  /** The same, alternating between all volumes. */
  interleave(scenario: string, rounds: number): Promise<readonly string[]>;
  /** Every verdict on stored runs, or those on claims by their ids. */
  verify(runs: readonly string[], ...claims: readonly string[]): Promise<readonly VerdictRow[]>;
}

/** Brings volumes up, one process under the limits of all of them, and takes them down again. */
export async function withVolumes(
  declared: readonly Declared[],
  use: (verified: Verified) => Promise<void>,
): Promise<void> {
  const volumes: Volume[] = [];
  try {
    for (const { is } of declared) {
      const [first] = volumes;
      const beside = first === undefined ? {} : { beside: first.id };
      const volume = await startVolume({ ...is, ...beside, folder: SCRATCH });
      if ("unavailable" in volume) throw new Error(volume.unavailable);
      volumes.push(volume);
    }
    await use(verifiedOn(declared, volumes));
  } finally {
    // The first one's group is that of all.
    for (const volume of volumes.reverse()) await volume.stop();
  }
}

function verifiedOn(declared: readonly Declared[], volumes: readonly Volume[]): Verified {
  const [first] = volumes;
  if (first === undefined) throw new Error("a case without a volume");
  const folder = join(SCRATCH, `case-${first.id}`);
  const results = join(folder, "results");
  mkdirSync(results, { recursive: true });
  const paths = Object.fromEntries(declared.map(({ name }, at) => [name, volumes[at]?.path ?? ""]));
  const targets = Object.fromEntries(
    declared.map(({ name, says }) => [name, { path: paths[name], emulated: true, ...says }]),
  );
  const targetsFile = join(folder, "targets.yaml");
  // JSON is YAML.
  writeFileSync(targetsFile, JSON.stringify({ targets }));
  const names = declared.flatMap(({ name }) => ["--target", name]);
  let scenarios = 0;
  const measure = async (verb: readonly string[], scenario: string, more: readonly string[]) => {
    const file = join(folder, `scenario-${++scenarios}.yaml`);
    writeFileSync(file, scenario);
    const before = new Set(readdirSync(results));
    const place = ["--targets", targetsFile, ...names, "--results", results];
    const [program, ...parameters] = first.throttled([
      ...[process.execPath, PROGRAM, ...verb, file, ...place, "--offline", "--quiet", ...more],
    ]);
    await promisify(execFile)(program, parameters, { env: ownEnvironment() });
    const stored = readdirSync(results).filter((name) => !before.has(name));
    return stored.sort().map((name) => join(results, name));
  };
  return {
    paths,
    run: (scenario, ...more) => measure(["run"], scenario, ["--print", "nothing", ...more]),
    interleave: (scenario, rounds) =>
      measure(["compare", "--interleave"], scenario, ["--rounds", String(rounds)]),
    verify: async (runs, ...claims) => {
      const asked = claims.flatMap((claim) => ["--claim", claim]);
      const { stdout, stderr } = await assay(["verify", ...runs, ...asked, "--format", "json"]);
      if (stdout === "") throw new Error(`nothing was verified: ${stderr}`);
      return Printed.parse(JSON.parse(stdout)).data.rows;
    },
  };
}

/** Removes earlier client limits of this host, so that they have no influence. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, NODE_ENV, ...others } = process.env;
  return { ...others, XDG_CACHE_HOME: "/nonexistent" };
}
