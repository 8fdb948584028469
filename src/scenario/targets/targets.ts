/**
 * Targets from targets files and from `--target` with its options. Each target has every default
 * filled in, and the origin of each setting that a bucket is reached with: its own fields, then the
 * environment, then the AWS configuration. Credentials are never accepted, kept or shown.
 * `address.ts` joins the parts.
 */

import { dirname } from "node:path";
import { type Problem, ScenarioError, UsageError } from "../../model/fault/errors.ts";
import type { TargetKind } from "../../model/target/kind.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { readText } from "../../yaml/file.ts";
import { withoutFilled } from "../../yaml/filled.ts";
import type { Env } from "../../yaml/interpolate.ts";
import { inOrder, salvage, schemaProblems, withoutEchoes } from "../../yaml/problems.ts";
import { looksSecret } from "../../yaml/secret-names.ts";
import { locate, readSource, valueAt, type YamlSource } from "../../yaml/yaml.ts";
import { type DeclaredFacts, declaredOf, specify } from "./address.ts";
import { type AwsFiles, awsSettings, NO_AWS_FILES, readAwsFiles } from "./aws-settings.ts";
import type { TargetFault } from "./bucket-address.ts";
import { parseKind, readInstance, readProvisioned, readTarget } from "./target-text.ts";
import { LooseTarget, TARGET_NAME, TargetsSchema, type TargetText } from "./targets-schema.ts";

/** Values of the options that describe a `--target`. */
export interface TargetOverrides {
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly pathStyle?: boolean | undefined;
  readonly ca?: string | undefined;
  readonly profile?: string | undefined;
  readonly accelerate?: boolean | undefined;
  readonly dualStack?: boolean | undefined;
  readonly fips?: boolean | undefined;
  readonly requesterPays?: boolean | undefined;
  /** `size=500GiB,iops=6000` */
  readonly provisioned?: string | undefined;
  readonly instance?: string | undefined;
  readonly emulated?: boolean | undefined;
}

/**
 * Reads a targets file. Rejects everything that looks like a credential, without repeating it.
 *
 * @throws ScenarioError with every problem of the file.
 */
export async function loadTargets(
  path: string,
  { env }: { readonly env: Env },
): Promise<readonly TargetSpec[]> {
  return parseTargets(path, await readText(path), env, await readAwsFiles(env));
}

/** Parses the text of a targets file; `file`: its name in problems. */
export function parseTargets(
  file: string,
  text: string,
  env: Env,
  files: AwsFiles = NO_AWS_FILES,
): readonly TargetSpec[] {
  const source = readSource(file, text, env);
  const stranger = notTargets(source);
  if (stranger !== null) throw new ScenarioError([{ file, line: 1, column: 1, message: stranger }]);
  if (source.value === undefined) throw new ScenarioError(inOrder(source.problems, file));
  const problems = [...source.problems, ...schemaProblems(TargetsSchema, source, refuseCredential)];
  const entries: [string, unknown][] = Object.entries(Object(valueAt(source.value, ["targets"])));
  const specs: TargetSpec[] = [];
  for (const [name, entry] of entries) {
    if (!TARGET_NAME.rule.test(name)) {
      const message = `expected ${TARGET_NAME.words}, got \`${name}\``;
      problems.push({ ...locate(source, ["targets", name], "key"), message });
    }
    const { value, broken } = salvage(LooseTarget, entry);
    if (value?.kind === undefined) continue;
    const result = specify(name, value.kind, value, { env, files, base: dirname(file) });
    if ("spec" in result) specs.push(result.spec);
    else problems.push(...faultProblems(source, name, result.faults, broken));
  }
  if (problems.length > 0) {
    throw new ScenarioError(inOrder(withoutFilled(problems, source.filled), file));
  }
  return specs;
}

/**
 * Parses a `--target` text: a path, `s3://bucket/prefix`, `null:` or
 * `synthetic:latency=1ms,errorEvery=100,stall=2s@3s,bandwidth=100MiB/s`.
 *
 * @throws UsageError with one sentence that never repeats a credential.
 */
export function parseTarget(
  text: string,
  overrides: TargetOverrides,
  env: Env,
  files: AwsFiles = NO_AWS_FILES,
): TargetSpec {
  const configured = awsSettings(overrides.profile ?? null, env, files).endpoint?.value;
  const reading = readTarget(text, overrides.endpoint ?? configured);
  const kind = overrides.kind === undefined ? reading.kind : parseKind(overrides.kind);
  const name = overrides.name ?? reading.name;
  if (!TARGET_NAME.rule.test(name)) {
    throw new UsageError(`--name: expected ${TARGET_NAME.words}, got \`${name}\``);
  }
  const { kind: _, name: __, provisioned, instance, ...fieldsOnly } = overrides;
  const given = Object.entries(fieldsOnly).filter(([, value]) => value !== undefined);
  const fields: TargetText = {
    ...reading.fields,
    ...Object.fromEntries(given),
    ...(provisioned === undefined ? {} : { provisioned: readProvisioned(provisioned) }),
    ...(instance === undefined ? {} : { instance: readInstance(instance) }),
  };
  const result = specify(name, kind, fields, { env, files, base: "." });
  if ("spec" in result) return result.spec;
  const [fault] = result.faults;
  const own = ["provisioned", "instance", "emulated"].find((option) => option === fault?.field);
  throw new UsageError(`--${own ?? "target"}: ${fault?.message ?? ""}`);
}

/**
 * Parses the options that declare facts about the target of a stored run, of this kind.
 *
 * @throws UsageError with one sentence
 */
export function parseDeclared(
  kind: TargetKind,
  { provisioned, instance, emulated }: Pick<TargetOverrides, keyof DeclaredFacts>,
): DeclaredFacts {
  const { facts, faults } = declaredOf(kind, {
    ...(provisioned === undefined ? {} : { provisioned: readProvisioned(provisioned) }),
    ...(instance === undefined ? {} : { instance: readInstance(instance) }),
    ...(emulated === undefined ? {} : { emulated }),
  });
  const [fault] = faults;
  if (fault === undefined) return facts;
  throw new UsageError(`--${fault.field}: ${fault.message}`);
}

function faultProblems(
  source: YamlSource,
  name: string,
  faults: readonly TargetFault[],
  broken: ReadonlySet<string>,
): readonly Problem[] {
  const shown = faults.filter((fault) => !broken.has(fault.field));
  const problems = shown.map(({ field, below, message }) => ({
    ...locate(source, ["targets", name, field, ...(below === undefined ? [] : [below])], "value"),
    message,
  }));
  return withoutEchoes(problems, source);
}

function refuseCredential(key: string): string | null {
  if (!looksSecret(key)) return null;
  const instead = "use the environment, a profile or an instance role";
  return `\`${key}\`: a targets file must not contain credentials; ${instead}`;
}

function notTargets({ value, problems }: YamlSource): string | null {
  if (value === undefined) return null;
  if (value === null && problems.length === 0) return "the file is empty; expected `targets`";
  if (valueAt(value, ["phases"]) !== undefined) {
    return "this is a scenario, not a targets file; expected `targets`, got `phases`";
  }
  if (valueAt(value, ["targets"]) !== undefined) return null;
  return "this is not a targets file; expected a mapping with `targets`";
}
