import type { JetStreamClient } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import { z } from "zod";
import { type GroupNames, rankKey } from "./names.ts";

/** Claim of a rank by a process. */
export interface Claim {
  /** The run of the claim: a claim of an earlier run is void. */
  readonly session: string;
  readonly incarnation: string;
  /** Restarts of the task before this process; a higher number replaces a lower one. */
  readonly attempt: number;
  /** Name of its host, for messages. */
  readonly host: string;
}

const name = z.string().min(1).max(300);
const claim = z.object({
  session: name,
  incarnation: name,
  attempt: z.int().min(0),
  host: name,
});

/** Who has which rank, in a bucket of the server: two processes cannot have the same. */
export class Claims {
  private readonly bucket: KV;

  constructor(bucket: KV) {
    this.bucket = bucket;
  }

  /** The claim of a rank; null if it is free. */
  async of(rank: number): Promise<Claim | null> {
    const entry = await this.bucket.get(rankKey(rank));
    if (entry === null || entry.operation !== "PUT") return null;
    return claim.safeParse(parsed(entry.string())).data ?? null;
  }

  /**
   * Claims a rank, atomically: the server refuses a second writer. Replaces a claim of an earlier
   * run and of an earlier attempt. Returns the claim that is valid afterwards: the own one, or that
   * of the process that has the rank.
   */
  async take(rank: number, own: Claim): Promise<Claim> {
    // Nearly always, no process has had the rank.
    let revision = 0;
    while (!(await this.write(rank, own, revision))) {
      const entry = await this.bucket.get(rankKey(rank));
      const held = entry?.operation === "PUT" ? claim.safeParse(parsed(entry.string())).data : null;
      const isHeld = held?.session === own.session && held.attempt >= own.attempt;
      if (held && isHeld) return held;
      revision = entry?.revision ?? 0;
    }
    return own;
  }

  /** Gives up a rank, so that another process can claim it. */
  async release(rank: number): Promise<void> {
    await this.bucket.delete(rankKey(rank));
  }

  /** Writes a claim unless another process has written since; then false. */
  private async write(rank: number, own: Claim, revision: number): Promise<boolean> {
    try {
      await this.bucket.put(rankKey(rank), JSON.stringify(own), { previousSeq: revision });
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  }
}

/** Opens the bucket of a group, and creates it as its coordinator. */
export async function openClaims(
  stream: JetStreamClient,
  { bucket }: GroupNames,
  creates: boolean,
): Promise<{ readonly claims: Claims; readonly bucket: KV }> {
  const { Kvm } = await import("@nats-io/kv");
  const manager = new Kvm(stream);
  const opened = creates
    ? await manager.create(bucket, { history: 1 })
    : await manager.open(bucket, { allow_direct: true });
  return { claims: new Claims(opened), bucket: opened };
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
