import type { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { CONTRACTS, tagProblem } from "../../s3/contract/contract.ts";
import { failureCode } from "../../s3/failure/failure.ts";
import type { ObjectParameters } from "../../s3/object-parameters.ts";
import { ABORT_ATTEMPTS, ABORT_TIMEOUT_MS } from "../objects/steps.ts";

/** One object to upload in parts. */
export interface UploadRequest {
  readonly bucket: string;
  readonly key: string;
  readonly body: Buffer | Readable;
  readonly length: number;
  readonly partBytes: number;
  readonly partConcurrency: number;
  /** Parameters of the phase's object options. */
  readonly parameters: ObjectParameters["put"];
}

type Send = (...parameters: Parameters<S3Client["send"]>) => Promise<unknown>;

/** An upload in progress: its id, requests and first failure. */
class TrackedUpload {
  uploadId: string | undefined;
  failure: unknown;
  readonly requests = new Set<Promise<unknown>>();
  readonly client: S3Client;

  constructor(client: S3Client, onFailure: () => void) {
    this.client = Object.create(client);
    const send: Send = async (...parameters) => {
      const request: Promise<unknown> = Reflect.apply(client.send, client, parameters);
      this.requests.add(request);
      try {
        const output = await request;
        if (parameters[0] instanceof CreateMultipartUploadCommand) this.opened(output);
        return output;
      } catch (error) {
        this.failure ??= error;
        onFailure();
        throw error;
      } finally {
        this.requests.delete(request);
      }
    };
    Object.defineProperty(this.client, "send", { value: send });
  }

  private opened(output: unknown): void {
    if (typeof output !== "object" || output === null || !("UploadId" in output)) return;
    if (typeof output.UploadId === "string") this.uploadId = output.UploadId;
  }
}

/**
 * Uploads with the SDK's `Upload`, but aborts a failed one here: `Upload` sends all other parts
 * before it reports a failure, tries to abort only once, and its `abort()` cannot be awaited. Here
 * a failure stops the upload, and {@link Uploads.settled} waits until every failed upload is
 * aborted on the server.
 */
export class Uploads {
  private readonly client: S3Client;
  private readonly open = new Set<Promise<void>>();
  private notAborted = 0;

  constructor(client: S3Client) {
    this.client = client;
  }

  /** Uploads that could not be aborted; their parts may still be in the bucket. */
  get left(): number {
    return this.notAborted;
  }

  /** Resolves with the bytes sent, or rejects with the first failure of any of its requests. */
  async run(request: UploadRequest): Promise<number> {
    let stop = (): void => {};
    const tracked = new TrackedUpload(this.client, () => stop());
    const upload = new Upload({
      client: tracked.client,
      params: {
        Bucket: request.bucket,
        Key: request.key,
        Body: request.body,
        ContentLength: request.length,
        ...request.parameters,
      },
      partSize: request.partBytes,
      queueSize: request.partConcurrency,
      leavePartsOnError: true,
    });
    stop = () => void upload.abort();
    const done = upload.done();
    const settled = done.then(
      () => {},
      () => this.abandon(tracked, request),
    );
    this.open.add(settled);
    settled.finally(() => this.open.delete(settled));
    let tag: string | undefined;
    try {
      tag = (await done).ETag;
    } catch (error) {
      throw tracked.failure ?? error;
    }
    // A small object is one PUT.
    const problem = tagProblem(CONTRACTS.put, tag);
    if (problem !== null) throw problem;
    return request.length;
  }

  /** Waits for all requests of uploads and for the aborts of failed ones. */
  async settled(): Promise<void> {
    await Promise.all(this.open);
  }

  private async abandon(tracked: TrackedUpload, request: UploadRequest): Promise<void> {
    // A part that arrives after the abort would remain.
    while (tracked.requests.size > 0) await Promise.allSettled(tracked.requests);
    if (tracked.uploadId === undefined) return;
    const target = { Bucket: request.bucket, Key: request.key, UploadId: tracked.uploadId };
    for (let attempt = 0; attempt < ABORT_ATTEMPTS; attempt++) {
      try {
        const abortSignal = AbortSignal.timeout(ABORT_TIMEOUT_MS);
        await this.client.send(new AbortMultipartUploadCommand(target), { abortSignal });
        return;
      } catch (error) {
        if (failureCode(error) === "NoSuchUpload") return;
      }
    }
    this.notAborted++;
  }
}
