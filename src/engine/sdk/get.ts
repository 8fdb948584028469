import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import { type RangeHead, rangeProblem } from "../../s3/contract/contract.ts";
import { lengthError, TransferError } from "../objects/errors.ts";
import { type ContentCheck, drain, readable } from "./body.ts";

/** An object, as the SDK's commands name it. */
export interface ObjectName {
  readonly Bucket: string;
  readonly Key: string;
}

/** Makes the check of an object's bytes from an offset upward. */
export type CheckFrom = (offset: number) => ContentCheck;

/** Returns the problem of a response head; null if there is none. */
type HeadCheck = (answer: GetObjectCommandOutput) => Error | null;

/** Parts of one object to read. */
export interface PartPlan {
  readonly partBytes: number;
  readonly partConcurrency: number;
}

/** One object to read, with the requirements on its responses. */
export interface ObjectRead {
  readonly client: S3Client;
  readonly object: ObjectName;
  /** Size of the whole object; -1 if unknown. */
  readonly objectBytes: number;
  readonly checkHead: HeadCheck;
  readonly checkFrom: CheckFrom | null;
}

/** GET of a whole object that should have `length` bytes. */
export async function getWhole(
  read: ObjectRead,
  length: number,
  onFirst: () => void,
): Promise<number> {
  const answer = await openWhole(read, length);
  return drain(answer.Body, length, onFirst, read.checkFrom?.(0));
}

/** GET of `length` bytes from `offset`. */
export async function getRange(
  read: ObjectRead,
  offset: number,
  length: number,
  onFirst: () => void,
): Promise<number> {
  const answer = await openRange(read, offset, length, `bytes=${offset}-${offset + length - 1}`);
  return drain(answer.Body, length, onFirst, read.checkFrom?.(offset));
}

/** Sends a GET of a whole object and checks its length; the body is unread. */
export function openWhole(read: ObjectRead, length: number): Promise<GetObjectCommandOutput> {
  return send(read, length, {});
}

/** Sends a GET of a range and checks the range of its response; the body is unread. */
export async function openRange(
  read: ObjectRead,
  offset: number,
  length: number,
  Range: string,
): Promise<GetObjectCommandOutput> {
  // A range cannot be empty.
  if (length === 0) throw new TransferError("EINVAL", "a ranged GET needs at least 1 byte");
  const answer = await send(read, length, { Range });
  const { ContentLength = -1 } = answer;
  if (ContentLength >= 0 && ContentLength < length) return answer;
  const problem = rangeProblem(rangeOf(answer), offset, length, read.objectBytes);
  if (problem !== null) refuse(answer, problem);
  return answer;
}

/** Sends a GET whose response must have at most `length` bytes. */
async function send(
  read: ObjectRead,
  length: number,
  more: { Range?: string },
): Promise<GetObjectCommandOutput> {
  const { client, object, checkHead } = read;
  const answer = await client.send(new GetObjectCommand({ ...object, ...more }));
  const problem = checkHead(answer);
  if (problem !== null) refuse(answer, problem);
  const { ContentLength = -1 } = answer;
  if (ContentLength > length) refuse(answer, lengthError(length, ContentLength));
  return answer;
}

/** Aborts a response body. */
function refuse(answer: GetObjectCommandOutput, problem: Error): never {
  readable(answer.Body).destroy();
  throw problem;
}

/** Head of a response as the SDK returns it; the client checks the rest. */
function rangeOf({ $metadata, ContentLength, ContentRange }: GetObjectCommandOutput): RangeHead {
  const found = /^bytes\s+(\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec((ContentRange ?? "").trim());
  const [, first, last, size] = found ?? [];
  const isRange = size === "*" || Number(size) > Number(last);
  const [from, to] = isRange ? [first, last] : [];
  return {
    status: $metadata.httpStatusCode ?? 0,
    contentLength: ContentLength ?? -1,
    html: false,
    encoded: false,
    hasEtag: true,
    rangeFrom: from === undefined ? -1 : Number(from),
    rangeTo: to === undefined ? -1 : Number(to),
    rangeSize: size === undefined || size === "*" ? -1 : Number(size),
  };
}

/**
 * Reads one object by concurrent ranged GETs. Readers take parts in order, one reader per GET in
 * flight. The first failure is the object's failure, and no part is started after it.
 *
 * @param onFirst called at the first byte of the first part
 */
export async function getInParts(
  read: ObjectRead,
  length: number,
  plan: PartPlan,
  onFirst: () => void,
): Promise<number> {
  if (length === 0) return getWhole(read, length, onFirst);
  const parts = Math.ceil(length / plan.partBytes);
  let next = 0;
  let received = 0;
  const take = async (): Promise<void> => {
    while (next < parts) {
      const start = next++ * plan.partBytes;
      try {
        const first = start === 0 ? onFirst : ignore;
        const asked = Math.min(plan.partBytes, length - start);
        // Not in one expression: other readers add to the sum during the await.
        const bytes = await getRange(read, start, asked, first);
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
