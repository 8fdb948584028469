import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { type ContentCheck, drain } from "./s3-body.ts";
import { TransferError } from "./s3-errors.ts";

/** An object, in the form every command of the SDK takes it. */
export interface ObjectName {
  readonly Bucket: string;
  readonly Key: string;
}

/** Makes what holds the bytes of an object from an offset on against what they should be. */
export type CheckFrom = (offset: number) => ContentCheck;

/** How one object is read in parts. */
export interface PartPlan {
  readonly partBytes: number;
  readonly partConcurrency: number;
}

/** GET of a whole object that should have `length` bytes. */
export async function getWhole(
  client: S3Client,
  object: ObjectName,
  length: number,
  onFirst: () => void,
  checkFrom: CheckFrom | null,
): Promise<number> {
  const answer = await client.send(new GetObjectCommand(object));
  return drain(answer.Body, length, onFirst, checkFrom?.(0));
}

/** GET of `length` bytes from `offset` on. */
export async function getRange(
  client: S3Client,
  object: ObjectName,
  offset: number,
  length: number,
  onFirst: () => void,
  checkFrom: CheckFrom | null = null,
): Promise<number> {
  // A range cannot be empty.
  if (length === 0) throw new TransferError("EINVAL", "a read of 0 bytes is no ranged GET");
  const Range = `bytes=${offset}-${offset + length - 1}`;
  const answer = await client.send(new GetObjectCommand({ ...object, Range }));
  return drain(answer.Body, length, onFirst, checkFrom?.(offset));
}

/**
 * One object by parallel ranged GETs. Parts are taken in order by as many readers as may be in
 * flight; the first failure is the object's, and no part is begun after it.
 *
 * @param onFirst called when the first byte of the first part is there.
 */
export async function getInParts(
  client: S3Client,
  object: ObjectName,
  length: number,
  plan: PartPlan,
  onFirst: () => void,
  checkFrom: CheckFrom | null,
): Promise<number> {
  if (length === 0) return getWhole(client, object, length, onFirst, checkFrom);
  const parts = Math.ceil(length / plan.partBytes);
  let next = 0;
  let received = 0;
  const take = async (): Promise<void> => {
    while (next < parts) {
      const start = next++ * plan.partBytes;
      try {
        const first = start === 0 ? onFirst : ignore;
        const asked = Math.min(plan.partBytes, length - start);
        // Not in one expression: the other readers add to the sum while this one waits.
        const bytes = await getRange(client, object, start, asked, first, checkFrom);
        received += bytes;
      } catch (error) {
        next = parts;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(plan.partConcurrency, parts) }, take));
  return received;
}

function ignore(): void {}
