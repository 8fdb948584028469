/**
 * Asks AWS about a target: instance metadata, EC2, EFS, FSx, CloudWatch and S3. A request that
 * fails or takes too long never fails a run; its reason becomes a sentence (`unansweredSentences`).
 * Each client is loaded when it is used. `merge.ts` puts declared, detected and described facts
 * together. This file has what all requests share.
 */
import { orAborted } from "../../model/abort.ts";
import type { TargetKind } from "../../model/target/kind.ts";
import type { Provisioned } from "../../model/target/target.ts";

/** What AWS's API says of a storage. */
export interface Described {
  /** Call that said it: `DescribeVolumes`. */
  readonly call: string;
  /** Absent where assay has no such kind; `kindName` is AWS's word for it. */
  readonly kind?: TargetKind;
  readonly kindName: string;
  readonly provisioned: Provisioned;
  /** The id of the zone, which may be what was declared. */
  readonly zoneId?: string;
  readonly states: Readonly<Record<string, string | number>>;
}

/** A volume, or several in an array, as one thing; null where nothing can be said of it. */
export interface DescribedStorage {
  readonly described: Described | null;
  /** AWS's words for the kinds of volumes that are not described as one. */
  readonly kindNames?: readonly string[];
  readonly unknown: readonly string[];
}

/** Nothing is described. */
export const NOTHING: DescribedStorage = { described: null, unknown: [] };
/** How AWS is asked, and what could not be answered. */
export interface Asking {
  /** Null: the SDK finds it (AWS_REGION, the profile's). */
  readonly region: string | null;
  /** Profile that the target names; absent: the default chain decides. */
  readonly profile?: string;
  /** Aborted when the time for all calls together is over. */
  readonly signal: AbortSignal;
  readonly now: Date;
  /** Filled by each call that got no answer. */
  readonly unanswered: { readonly call: string; readonly reason: string }[];
}

/** What every client is made with. */
export function clientOptions({ region, profile }: Asking): {
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

/** An answer, or null and the reason among those that were not answered. Never throws. */
export async function ask<T>(
  asking: Asking,
  call: string,
  answer: () => Promise<T>,
): Promise<T | null> {
  try {
    // Looking for credentials does not end with the signal, waiting for it does.
    return await orAborted(answer(), asking.signal);
  } catch (error) {
    asking.unanswered.push({ call, reason: reasonOf(error, asking.signal) });
    return null;
  }
}

const REFUSED = /^(Unauthorized|AccessDenied|Forbidden|403|NotAuthorized)/;
const CREDENTIALS =
  /^(Credentials|TokenProvider|InvalidClientTokenId|AuthFailure|UnrecognizedClient|Expired)/;

/** One reason in words that repeat nothing of an answer: messages name accounts and principals. */
function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "there was no answer in time";
  const { name = "", code = "" } = named(error);
  if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") {
    return "the optional package for it is not installed";
  }
  if (name === "CredentialsProviderError") return "no credentials were found";
  if (CREDENTIALS.test(name)) return `the credentials were not accepted (${name})`;
  if (REFUSED.test(name)) return `the credentials do not allow it (${name})`;
  if (/region/i.test(error instanceof Error ? error.message : "") && name === "Error") {
    return "no region is known: set AWS_REGION";
  }
  if (/^E[A-Z]+$/.test(code)) return `the service cannot be reached (${code})`;
  return /^[A-Za-z0-9.]+$/.test(name) ? `it failed with ${name}` : "it failed";
}

function named(error: unknown): { readonly name?: string; readonly code?: string } {
  if (typeof error !== "object" || error === null) return {};
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const name = "name" in error && typeof error.name === "string" ? error.name : undefined;
  return { ...(name === undefined ? {} : { name }), ...(code === undefined ? {} : { code }) };
}

/** Calls that failed alike in one sentence each. */
export function unansweredSentences({ unanswered }: Asking): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const { call, reason } of unanswered) {
    const calls = reasons.get(reason) ?? [];
    if (!calls.includes(call)) calls.push(call);
    reasons.set(reason, calls);
  }
  return [...reasons].map(([reason, calls]) => `${calls.join(", ")} told nothing: ${reason}`);
}

/** A record without what is undefined or null: what nobody said is absent. */
export function stated<T extends object>(
  facts: T,
): { readonly [Name in keyof T]?: NonNullable<T[Name]> } {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(known) as { [Name in keyof T]?: NonNullable<T[Name]> };
}
