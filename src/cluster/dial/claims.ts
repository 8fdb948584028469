import type { JetStreamClient } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import { z } from "zod";
import { type GroupNames, rankKey } from "./names.ts";

/** Claim of a rank by a process. */
export interface Claim {
  readonly incarnation: string;
  /** Restarts of the task before this process; a higher number replaces a lower one. */
  readonly attempt: number;
  /** Name of its host, for messages. */
  readonly host: string;
}

const name = z.string().min(1).max(300);
const claim = z.object({
  incarnation: name,
  attempt: z.int().min(0),
  host: name,
});

interface Held {
  /** Null: the rank is free. */
  readonly claim: Claim | null;
  readonly revision: number;
}

/** Who has which rank of a run, in a bucket of the server: two processes cannot have the same. */
export class Claims {
  private readonly bucket: KV;
  private readonly session: string;

  /** `session`: id of the run. */
  constructor(bucket: KV, session: string) {
    this.bucket = bucket;
    this.session = session;
  }

  /** The claim of a rank; null if it is free. */
  async of(rank: number): Promise<Claim | null> {
    return (await this.read(rank)).claim;
  }

  /**
   * Claims a rank, atomically: the server refuses a second writer. Replaces the claim of an earlier
   * attempt. Returns the claim that is valid afterwards: the own one, or that of the process that
   * has the rank.
   */
  async take(rank: number, own: Claim): Promise<Claim> {
    const key = rankKey(rank, this.session);
    const text = JSON.stringify(own);
    // Nearly always, no process has had the rank.
    let revision = 0;
    while (!(await isWritten(this.bucket.put(key, text, { previousSeq: revision })))) {
      const held = await this.read(rank);
      if (held.claim !== null && held.claim.attempt >= own.attempt) return held.claim;
      revision = held.revision;
    }
    return own;
  }

  /** Frees the rank of a process that has ended, unless another one has claimed it since. */
  async release(rank: number, incarnation: string): Promise<void> {
    const { claim: held, revision } = await this.read(rank);
    if (held?.incarnation !== incarnation) return;
    await isWritten(this.bucket.delete(rankKey(rank, this.session), { previousSeq: revision }));
  }

  private async read(rank: number): Promise<Held> {
    const entry = await this.bucket.get(rankKey(rank, this.session));
    const text = entry?.operation === "PUT" ? entry.string() : "null";
    const held = claim.safeParse(parsed(text)).data ?? null;
    return { claim: held, revision: entry?.revision ?? 0 };
  }
}

/** Whether a write succeeded; false if another process has written since it was read. */
async function isWritten(written: Promise<unknown>): Promise<boolean> {
  try {
    await written;
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}

/**
 * Opens the bucket of a group, and creates it as its coordinator. It is read by the subject of a
 * key, so that the permissions of an agent can exclude the claims of others.
 */
export async function openBucket(
  stream: JetStreamClient,
  { bucket }: GroupNames,
  creates: boolean,
): Promise<KV> {
  const { Kvm } = await import("@nats-io/kv");
  const manager = new Kvm(stream);
  if (creates) return manager.create(bucket, { history: 1, allow_direct: true });
  return manager.open(bucket, { allow_direct: true });
}

/** Codes of the server for a write that expected another revision of the key. */
const CONFLICTS: readonly unknown[] = [10_071, 10_164];

/** Whether the server refused a write because another process has written. */
export function isConflict(error: unknown): boolean {
  return error instanceof Error && "code" in error && CONFLICTS.includes(error.code);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
