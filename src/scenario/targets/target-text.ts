import { basename } from "node:path";
import type { z } from "zod";
import { UsageError } from "../../model/fault/errors.ts";
import { isAmazon } from "../../model/target/amazon.ts";
import { TARGET_KINDS, type TargetKind } from "../../model/target/kind.ts";
import { suggestion } from "../../yaml/nearest.ts";
import { parseEndpoint } from "./bucket-address.ts";
import { InstanceSchema, ProvisionedSchema, type ProvisionedText } from "./provisioned-schema.ts";
import { parseSynthetic } from "./synthetic.ts";
import type { TargetText } from "./targets-schema.ts";

/** The content of a `--target` text. */
export interface WrittenTarget {
  readonly kind: TargetKind;
  readonly name: string;
  readonly fields: TargetText;
}

const EXPECTED =
  "expected a path such as `/mnt/data`, `s3://bucket/prefix`, `null:` or `synthetic:latency=1ms`";

/** Reads a `--target` text; `endpoint` distinguishes AWS from another S3 server. */
export function readTarget(text: string, endpoint: string | undefined): WrittenTarget {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1];
  if (scheme === "s3") return readBucket(text, endpoint);
  if (scheme === "null") {
    if (text !== "null:") throw new UsageError(`--target: expected \`null:\`, got \`${text}\``);
    return { kind: "null", name: "null", fields: {} };
  }
  if (scheme === "synthetic") {
    const parsed = parseSynthetic(text.slice("synthetic:".length));
    if ("problem" in parsed) throw new UsageError(`--target synthetic: ${parsed.problem}`);
    const { stalls, failures, bytesPerSecond, credits, ...others } = parsed.value;
    const fields = {
      ...others,
      stalls: [...stalls],
      ...(failures === undefined ? {} : { failures: [...failures] }),
      bandwidth: bytesPerSecond,
      ...(credits == null ? {} : { credits }),
    };
    return { kind: "synthetic", name: "synthetic", fields };
  }
  if (scheme !== undefined) {
    throw new UsageError(`--target: unknown scheme \`${scheme}:\`; ${EXPECTED}`);
  }
  if (text === "") throw new UsageError(`--target is empty; ${EXPECTED}`);
  return { kind: "directory", name: nameFrom(basename(text), "directory"), fields: { path: text } };
}

function readBucket(text: string, endpoint: string | undefined): WrittenTarget {
  const fields = splitBucketUrl(text);
  if (fields === null) throw new UsageError("--target: expected `s3://bucket/prefix`");
  const { bucket } = fields;
  if (POINT.test(text)) {
    const name = nameFrom(bucket.slice(bucket.search(/[^:/]*$/)), "access-point");
    return { kind: "s3", name, fields };
  }
  if (bucket.includes("@") || bucket.includes(":")) {
    throw new UsageError(
      "--target: expected `s3://bucket/prefix` without credentials and endpoint; set credentials " +
        "in the environment or a profile, and the endpoint with --endpoint",
    );
  }
  const parsed = endpoint?.split(",").map((one) => parseEndpoint(one.trim())) ?? [];
  const own = parsed.some((one) => "endpoint" in one && !isAmazon(one.endpoint));
  return { kind: own ? "minio" : "s3", name: nameFrom(bucket, "bucket"), fields };
}

/** Bucket by the ARN of an access point, and a key prefix. */
const POINT = /^s3:\/\/(arn:[^/@]+[:/][^/@]+)(?:\/(.*))?$/s;

/** Splits `s3://bucket/prefix`, unchecked; null if the text has another scheme. */
export function splitBucketUrl(
  text: string,
): { readonly bucket: string; readonly prefix: string } | null {
  if (!text.startsWith("s3://")) return null;
  const [, point, below = ""] = POINT.exec(text) ?? [];
  if (point !== undefined) return { bucket: point, prefix: below };
  const [bucket = "", ...key] = text.slice("s3://".length).split("/");
  return { bucket, prefix: key.join("/") };
}

/** Returns a kind by its name. @throws UsageError with the nearest one. */
export function parseKind(text: string): TargetKind {
  const kind = TARGET_KINDS.find((known) => known === text);
  if (kind !== undefined) return kind;
  throw new UsageError(`--kind: unknown kind \`${text}\`; ${suggestion(text, TARGET_KINDS)}`);
}

function nameFrom(text: string, fallback: string): string {
  const name = text.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "");
  return name === "" ? fallback : name.slice(0, 63);
}

/** Reads `--provisioned size=500GiB,iops=6000`. @throws UsageError if it is invalid. */
export function readProvisioned(text: string): ProvisionedText {
  const pairs = text.split(",").map((part): readonly [string, string] => {
    const [, name = "", value = ""] = /^([^=]*)=(.*)$/.exec(part.trim()) ?? [];
    if (name !== "" && value !== "") return [name, value];
    throw new UsageError(
      `--provisioned: expected pairs such as \`size=500GiB,iops=6000\`, got \`${part}\``,
    );
  });
  const names = Object.keys(ProvisionedSchema.shape);
  for (const [at, [name]] of pairs.entries()) {
    if (!names.includes(name)) {
      const hint = suggestion(name, names);
      throw new UsageError(`--provisioned: unknown field \`${name}\`; ${hint}`);
    }
    if (pairs.findIndex(([other]) => other === name) !== at) {
      throw new UsageError(`--provisioned: duplicate field \`${name}\`; set it once`);
    }
  }
  return checked("--provisioned", ProvisionedSchema, Object.fromEntries(pairs));
}

/** Reads `--instance m6a.4xlarge`. @throws UsageError if it is invalid. */
export function readInstance(text: string): TargetText["instance"] {
  return checked("--instance", InstanceSchema, text);
}

function checked<T extends z.ZodType>(option: string, schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  // For a union, the issue of the first branch: a command line has only text.
  const first = issue?.code === "invalid_union" ? issue.errors[0]?.[0] : issue;
  const name = issue?.path.map((step) => `\`${String(step)}\`: `).join("") ?? "";
  throw new UsageError(`${option}: ${name}${first?.message ?? "invalid value"}`);
}
