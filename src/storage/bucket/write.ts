import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type UploadPartCommandOutput,
} from "@aws-sdk/client-s3";
import { PreflightError } from "../../model/fault/errors.ts";
import { type DatasetLocation, fileName } from "../../model/plan/dataset.ts";
import { CONTRACTS, tagProblem } from "../../s3/contract/contract.ts";
import { preflightFailure } from "../../s3/failure/failure.ts";
import type { ObjectParameters } from "../../s3/object-parameters.ts";
import type { Content } from "../content/content.ts";
import type { PrepareOptions } from "../target/target.ts";
import { inParallel } from "./store/in-parallel.ts";
import { IN_FLIGHT, request, type Store } from "./store/store.ts";

/** Largest object that is written by one PUT; also the buffer size of one slot. */
const PART_BYTES = 8 * 1024 * 1024;
/** Time that a request for an upload may still take after an abort. */
const GRACE_MS = 1_000;
/** Maximum parts of one upload, as defined by S3. */
const MAX_PARTS = 10_000;

/** Location, content and parameters of a dataset to write. */
interface ObjectsToWrite {
  readonly store: Store;
  readonly root: string;
  readonly location: DatasetLocation;
  readonly content: Content;
  readonly parameters: ObjectParameters;
  /** Added to an object's index to choose its content, so that versions differ; usually 0. */
  readonly shift: number;
}

/** State of writing a dataset. */
interface Writing extends ObjectsToWrite {
  readonly options: PrepareOptions;
  /** One buffer per slot, so that memory does not grow with the dataset. */
  readonly buffers: readonly Buffer[];
  readonly advance: (bytes: number) => void;
}

/** Writes objects of a dataset by index. A failed or aborted write leaves no multipart upload. */
export async function writeObjects(
  objects: ObjectsToWrite,
  files: readonly number[],
  options: PrepareOptions,
): Promise<void> {
  if (files.length === 0) return;
  const { location } = objects;
  const sizeOf = (file: number) => location.sizes[file] ?? 0;
  const total = files.reduce((sum, file) => sum + sizeOf(file), 0);
  const largest = files.reduce((max, file) => Math.max(max, sizeOf(file)), 0);
  const slotBytes = Math.min(largest, Math.max(PART_BYTES, Math.ceil(largest / MAX_PARTS)));
  const what = `writing dataset ${location.name}`;
  let done = 0;
  options.progress(done, total, what);
  const advance = (bytes: number): void => {
    done += bytes;
    options.progress(done, total, what);
  };
  const buffers = Array.from({ length: IN_FLIGHT }, () => Buffer.allocUnsafeSlow(slotBytes));
  const writing: Writing = { ...objects, options, buffers, advance };
  const small = files.filter((file) => sizeOf(file) <= slotBytes);
  const large = files.filter((file) => sizeOf(file) > slotBytes);
  await inParallel(small.length, IN_FLIGHT, (i, slot) => putObject(writing, small[i] ?? 0, slot));
  for (const file of large) await putInParts(writing, file, slotBytes);
}

function nameOf(writing: Writing, file: number): { Bucket: string; Key: string } {
  const { store, root, location } = writing;
  return { Bucket: store.address.bucket, Key: root + fileName(location, file) };
}

async function putObject(writing: Writing, file: number, slot: number): Promise<void> {
  const { store, location, options } = writing;
  const Body = filled(writing, slot, file, 0, location.sizes[file] ?? 0);
  const put = { ...nameOf(writing, file), Body, ...writing.parameters.put };
  const command = new PutObjectCommand(put);
  const { ETag } = await request(store, command, options.signal);
  const problem = tagProblem(CONTRACTS.put, ETag);
  if (problem !== null) throw preflightFailure(problem, store.address);
  writing.advance(Body.length);
}

/** Fills the buffer of a slot with the bytes of one part; it is reused after the part is sent. */
function filled(
  writing: Writing,
  slot: number,
  file: number,
  offset: number,
  length: number,
): Buffer {
  const buffer = writing.buffers[slot]?.subarray(0, length);
  if (buffer === undefined || buffer.length < length) throw new Error(`slot ${slot} is too small`);
  writing.content.fill(buffer, file + writing.shift, offset);
  return buffer;
}

async function putInParts(writing: Writing, file: number, partBytes: number): Promise<void> {
  const { store, location, options } = writing;
  const { signal } = options;
  signal.throwIfAborted();
  const object = nameOf(writing, file);
  // Gets a grace period on abort, because an upload without a known id cannot be aborted here.
  const begin = new CreateMultipartUploadCommand({ ...object, ...writing.parameters.put });
  const opened = await request(store, begin, signal, GRACE_MS);
  const upload = { ...object, UploadId: opened.UploadId };
  const size = location.sizes[file] ?? 0;
  const parts: CompletedPart[] = [];
  try {
    await inParallel(Math.ceil(size / partBytes), IN_FLIGHT, async (i, slot) => {
      signal.throwIfAborted();
      const offset = i * partBytes;
      const Body = filled(writing, slot, file, offset, Math.min(partBytes, size - offset));
      const part = { ...upload, PartNumber: i + 1, Body, ...writing.parameters.part };
      const command = new UploadPartCommand(part);
      const sent = await request(store, command, signal);
      parts[i] = { PartNumber: i + 1, ...partOf(sent) };
      writing.advance(Body.length);
    });
    const command = new CompleteMultipartUploadCommand({
      ...upload,
      ...writing.parameters.get,
      MultipartUpload: { Parts: parts },
    });
    await request(store, command, signal, GRACE_MS);
  } catch (error) {
    await abortUpload(store, upload);
    throw error;
  }
}

/** Selects the fields of a part's response that CompleteMultipartUpload requires. */
function partOf(sent: UploadPartCommandOutput): CompletedPart {
  const { ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 } =
    sent;
  return { ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 };
}

/** Aborts an upload if possible; the cleanup finds an upload that remains open. */
async function abortUpload(
  store: Store,
  upload: { Bucket: string; Key: string; UploadId: string | undefined },
): Promise<void> {
  const deadline = AbortSignal.timeout(GRACE_MS);
  try {
    await request(store, new AbortMultipartUploadCommand(upload), deadline);
  } catch (error) {
    if (!(error instanceof PreflightError) && !deadline.aborted) throw error;
  }
}
