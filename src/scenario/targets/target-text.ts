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

/** What a `--target` text says by itself. */
export interface WrittenTarget {
  readonly kind: TargetKind;
  readonly name: string;
  readonly fields: TargetText;
}

const EXPECTED =
  "expected a path such as `/mnt/data`, `s3://bucket/prefix`, `null:` or `synthetic:latency=1ms`";

/** Reads a `--target` text; `endpoint` tells Amazon's S3 from another store. Throws UsageError. */
export function readTarget(text: string, endpoint: string | undefined): WrittenTarget {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1];
  if (scheme === "s3") return readBucket(text, endpoint);
  if (scheme === "null") {
    if (text !== "null:") throw new UsageError("--target: nothing follows `null:`");
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
    throw new UsageError(`--target: \`${scheme}:\` is not known, ${EXPECTED}`);
  }
  if (text === "") throw new UsageError(`--target: nothing was found, ${EXPECTED}`);
  return { kind: "directory", name: nameFrom(basename(text), "directory"), fields: { path: text } };
}

function readBucket(text: string, endpoint: string | undefined): WrittenTarget {
  const point = /^s3:\/\/(arn:[^/@]+[:/][^/@]+)(?:\/(.*))?$/s.exec(text);
  if (point !== null) {
    const [, bucket = "", prefix = ""] = point;
    const name = nameFrom(bucket.slice(bucket.search(/[^:/]*$/)), "access-point");
    return { kind: "s3", name, fields: { bucket, prefix } };
  }
  const [authority = "", ...key] = text.slice("s3://".length).split("/");
  if (!text.startsWith("s3://")) throw new UsageError("--target: expected `s3://bucket/prefix`");
  if (authority.includes("@") || authority.includes(":")) {
    throw new UsageError(
      "--target: expected `s3://bucket/prefix`; credentials come from the environment or a " +
        "profile and the endpoint from --endpoint, none of them stands in the address",
    );
  }
  const parsed = endpoint?.split(",").map((one) => parseEndpoint(one.trim())) ?? [];
  const own = parsed.some((one) => "endpoint" in one && !isAmazon(one.endpoint));
  const fields = { bucket: authority, prefix: key.join("/") };
  return { kind: own ? "minio" : "s3", name: nameFrom(authority, "bucket"), fields };
}

/** A kind by its name. Throws UsageError with the nearest one. */
export function parseKind(text: string): TargetKind {
  const kind = TARGET_KINDS.find((known) => known === text);
  if (kind !== undefined) return kind;
  throw new UsageError(`--kind: \`${text}\` is not a kind, ${suggestion(text, TARGET_KINDS)}`);
}

function nameFrom(text: string, fallback: string): string {
  const name = text.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "");
  return name === "" ? fallback : name.slice(0, 63);
}

/** What `--provisioned size=500GiB,iops=6000` says. Throws UsageError, one sentence. */
export function readProvisioned(text: string): ProvisionedText {
  const pairs = text.split(",").map((part): readonly [string, string] => {
    const [, name = "", value = ""] = /^([^=]*)=(.*)$/.exec(part.trim()) ?? [];
    if (name !== "" && value !== "") return [name, value];
    throw new UsageError(
      `--provisioned: \`${part}\` was found, expected pairs such as \`size=500GiB,iops=6000\``,
    );
  });
  const names = Object.keys(ProvisionedSchema.shape);
  for (const [at, [name]] of pairs.entries()) {
    if (!names.includes(name)) {
      const hint = suggestion(name, names);
      throw new UsageError(`--provisioned: \`${name}\` is no field of it, ${hint}`);
    }
    if (pairs.findIndex(([other]) => other === name) !== at) {
      throw new UsageError(`--provisioned: \`${name}\` is there twice`);
    }
  }
  return checked("--provisioned", ProvisionedSchema, Object.fromEntries(pairs));
}

/** What `--instance m6a.4xlarge` says. Throws UsageError, one sentence. */
export function readInstance(text: string): TargetText["instance"] {
  return checked("--instance", InstanceSchema, text);
}

function checked<T extends z.ZodType>(option: string, schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  // Of a union, what the first branch says: on a command line everything is text.
  const first = issue?.code === "invalid_union" ? issue.errors[0]?.[0] : issue;
  const name = issue?.path.map((step) => `\`${String(step)}\`: `).join("") ?? "";
  throw new UsageError(`${option}: ${name}${first?.message ?? "not understood"}`);
}
