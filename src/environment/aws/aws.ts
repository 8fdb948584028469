/**
 * Queries AWS about a target: instance metadata, EC2, EFS, FSx, CloudWatch and S3. A request that
 * fails or takes too long never fails a run; `failureMessages` reports the reasons. Each client is
 * loaded on first use. `merge.ts` merges declared, detected and described facts. This file has the
 * shared code of all requests.
 */
import { orAborted } from "../../model/abort.ts";
import type { TargetKind } from "../../model/target/kind.ts";
import type { Provisioned } from "../../model/target/target.ts";

/** Description of a storage by an AWS API. */
export interface Described {
  /** API call that returned it: `DescribeVolumes`. */
  readonly call: string;
  /** Absent if assay has no such kind. */
  readonly kind?: TargetKind;
  /** Name of the kind in the AWS API. */
  readonly kindName: string;
  readonly provisioned: Provisioned;
  /** Id of the Availability Zone, because users declare a zone by name or by id. */
  readonly zoneId?: string;
  readonly states: Readonly<Record<string, string | number>>;
}

/** Description of a volume, or of several volumes combined; null if there is none. */
export interface DescribedStorage {
  readonly described: Described | null;
  /** Kinds, as named in the AWS API, of volumes without a combined description. */
  readonly kindNames?: readonly string[];
  /** Unknown facts, one message each. */
  readonly unknown: readonly string[];
}

/** No description. */
export const NOT_DESCRIBED: DescribedStorage = { described: null, unknown: [] };

/** Options of AWS API calls, and a list of failed calls. */
export interface AwsContext {
  /** Null: the SDK decides (AWS_REGION or the profile). */
  readonly region: string | null;
  /** Profile of the target; absent: the default credential chain decides. */
  readonly profile?: string;
  /** Aborted when the total time for all calls is over. */
  readonly signal: AbortSignal;
  readonly now: Date;
  /** Failed calls; each call appends to it. */
  readonly failed: { readonly call: string; readonly reason: string }[];
}

/** Options of every AWS client. */
export function clientOptions({ region, profile }: AwsContext): {
  readonly region?: string;
  readonly profile?: string;
  readonly maxAttempts: number;
} {
  return {
    maxAttempts: 2,
    ...(region === null ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  };
}

/** Makes an API call; returns null and records the reason if it fails. Never throws. */
export async function callAws<T>(
  aws: AwsContext,
  call: string,
  send: () => Promise<T>,
): Promise<T | null> {
  try {
    // The signal does not stop the search for credentials, but it ends the wait for it.
    return await orAborted(send(), aws.signal);
  } catch (error) {
    aws.failed.push({ call, reason: reasonOf(error, aws.signal) });
    return null;
  }
}

const REFUSED = /^(Unauthorized|AccessDenied|Forbidden|403|NotAuthorized)/;
const CREDENTIALS =
  /^(Credentials|TokenProvider|InvalidClientTokenId|AuthFailure|UnrecognizedClient|Expired)/;

/** Reason of a failure without the service's message, which names accounts and principals. */
function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "no response in time";
  const { name = "", code = "" } = named(error);
  if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") {
    return "the optional package of this service is not installed";
  }
  if (name === "CredentialsProviderError") return "no credentials found";
  if (CREDENTIALS.test(name)) return `the credentials are not valid (${name})`;
  if (REFUSED.test(name)) return `the credentials do not allow this call (${name})`;
  if (/region/i.test(error instanceof Error ? error.message : "") && name === "Error") {
    return "the region is unknown; set AWS_REGION";
  }
  if (/^E[A-Z]+$/.test(code)) return `the service cannot be reached (${code})`;
  return /^[A-Za-z0-9.]+$/.test(name) ? name : "unknown error";
}

function named(error: unknown): { readonly name?: string; readonly code?: string } {
  if (typeof error !== "object" || error === null) return {};
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const name = "name" in error && typeof error.name === "string" ? error.name : undefined;
  return { ...(name === undefined ? {} : { name }), ...(code === undefined ? {} : { code }) };
}

/** Messages about failed calls, one per reason; calls in alphabetical order: they end in any. */
export function failureMessages({ failed }: AwsContext): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const { call, reason } of failed) {
    const calls = reasons.get(reason) ?? [];
    if (!calls.includes(call)) calls.push(call);
    reasons.set(reason, calls);
  }
  return [...reasons].map(([reason, calls]) => `${calls.toSorted().join(", ")} failed: ${reason}`);
}

/** Copies a record without its undefined and null values. */
export function definedFacts<T extends object>(
  facts: T,
): { readonly [Name in keyof T]?: NonNullable<T[Name]> } {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(known) as { [Name in keyof T]?: NonNullable<T[Name]> };
}
