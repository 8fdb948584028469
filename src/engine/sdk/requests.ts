import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { copyName, fileName } from "../../model/plan/dataset.ts";
import { LISTS, type ObjectOperation, type Operation } from "../../model/plan/operation.ts";
import { CONTRACTS, tagProblem, versionProblem } from "../../s3/contract/contract.ts";
import { type ObjectParameters, objectParameters } from "../../s3/object-parameters.ts";
import { TransferError } from "../objects/errors.ts";
import { Listing } from "../objects/listing.ts";
import { restorePlanOf } from "../objects/steps.ts";
import { payload, streamed } from "./body.ts";
import type { ObjectName } from "./get.ts";
import { listAll, listAllVersions } from "./list.ts";
import { copyObject, deleteObjects, getTags, putTags, restoreObject } from "./objects.ts";
import { ObjectReads, type Row, type SdkContext } from "./reads.ts";
import { type OpenFrom, ShardReader } from "./shards.ts";
import { Uploads } from "./upload.ts";

type Perform = (row: Row) => Promise<number>;

/** Each operation as commands of the SDK; resolves with bytes. */
export class ObjectRequests {
  private readonly context: SdkContext;
  private readonly parameters: ObjectParameters;
  private readonly reads: ObjectReads;
  private readonly uploads: Uploads;
  private readonly readers: readonly ShardReader[];
  private readonly counts = {
    listedEntries: 0,
    listedPages: 0,
    deletedObjects: 0,
    restoreLooks: 0,
  };

  constructor(context: SdkContext) {
    const { task, client } = context;
    this.context = context;
    const { objects, dataset } = task;
    // A chunked body ends with a checksum, even if none is requested.
    const checksum = objects.checksum ?? (objects.payload === "trailing" ? "CRC32" : null);
    this.parameters = objectParameters({ ...objects, checksum }, dataset.seed);
    this.reads = new ObjectReads(context, this.parameters);
    this.uploads = new Uploads(client);
    const openFrom: OpenFrom = (file, offset) => this.reads.openFrom(file, offset);
    this.readers = Array.from({ length: task.slots.depth }, () => new ShardReader(openFrom));
  }

  /** Rejects with the failure; `ENOTSUP` for operations that objects do not support. */
  async perform(operation: Operation | undefined, row: Row): Promise<number> {
    const perform = operation === undefined ? undefined : this.table[operation];
    if (perform !== undefined) return perform(row);
    throw new TransferError("ENOTSUP", `objects do not support ${operation ?? "this operation"}`);
  }

  /** Waits for aborts of uploads and closes open responses. */
  async close(): Promise<void> {
    await this.uploads.settled();
    for (const reader of this.readers) reader.close();
  }

  /** Counters of the phase's operations in addition to bytes. */
  counters(): Readonly<Record<string, number>> {
    const { operations } = this.context.task;
    const { listedEntries, listedPages, deletedObjects, restoreLooks } = this.counts;
    const left = this.uploads.left;
    return {
      ...(left === 0 ? {} : { uploadsNotAborted: left }),
      ...(operations.some((one) => LISTS.has(one)) ? { listedEntries, listedPages } : {}),
      ...(operations.includes("deleteObjects") ? { deletedObjects } : {}),
      ...(operations.includes("restore") ? { restoreLooks } : {}),
    };
  }

  private readonly table: Readonly<Partial<Record<Operation, Perform>>> = {
    read: (row) => this.reads.range(row),
    fetch: (row) => this.reads.whole(row, {}),
    fetchIfMatch: (row) => this.reads.ifMatch(row),
    fetchVersion: (row) => this.reads.version(row),
    fetchIfNoneMatch: (row) => this.reads.ifNoneMatch(row),
    create: (row) => this.put(row),
    createVersion: (row) => this.put(row, true),
    stat: (row) => this.reads.stat(row),
    delete: async ({ file }) => {
      await this.context.client.send(new DeleteObjectCommand(this.name(file)));
      return 0;
    },
    deleteObjects: async ({ file, length }) => {
      const keys = Array.from({ length }, (_, i) => this.name(file + i).Key);
      await deleteObjects(this.context.client, this.context.bucket, keys);
      this.counts.deletedObjects += length;
      return 0;
    },
    copy: async ({ file }) => {
      const { client, root, task } = this.context;
      const to = root + copyName(task.dataset, file);
      await copyObject(client, this.name(file), to, this.parameters);
      return 0;
    },
    putTags: async ({ file }) => {
      await putTags(this.context.client, this.name(file));
      return 0;
    },
    getTags: async ({ file }) => {
      await getTags(this.context.client, this.name(file));
      return 0;
    },
    list: ({ file }) => this.list(file, listAll),
    listVersions: ({ file }) => this.list(file, listAllVersions),
    upload: (row) => this.upload(row),
    download: (row) => this.reads.inParts(row),
    stream: ({ slot, file, offset, length, onFirst }) => {
      const reader = this.readers[slot];
      if (reader === undefined) throw new TransferError("EINVAL", `there is no slot ${slot}`);
      return reader.read(file, offset, length, onFirst);
    },
    restore: async ({ file }) => {
      const { client, task, signal } = this.context;
      const plan = restorePlanOf(task.restore);
      const looks = await restoreObject(client, this.name(file), plan, signal);
      this.counts.restoreLooks += looks;
      return 0;
    },
  } satisfies Record<ObjectOperation, Perform>;

  private name(file: number): ObjectName {
    const { bucket, root, task } = this.context;
    return { Bucket: bucket, Key: root + fileName(task.dataset, file) };
  }

  private async put({ slot, file, length }: Row, versioned = false): Promise<number> {
    const { client } = this.context;
    const Body = this.body(slot, length);
    const put = { ...this.name(file), Body, ContentLength: length, ...this.parameters.put };
    const { ETag, VersionId = null } = await client.send(new PutObjectCommand(put));
    const problem =
      tagProblem(CONTRACTS.put, ETag) ?? (versioned ? versionProblem("", VersionId) : null);
    if (problem !== null) throw problem;
    return length;
  }

  private body(slot: number, length: number): ReturnType<typeof payload> {
    const { buffers, objects } = this.context.task;
    const buffer = buffers.views[slot];
    if (buffer === undefined || (buffer.length === 0 && length > 0)) {
      throw new TransferError("EINVAL", `slot ${slot} has no payload`);
    }
    return objects.payload === "trailing" ? streamed(buffer, length) : payload(buffer, length);
  }

  private async list(file: number, list: typeof listAll): Promise<number> {
    const { client, bucket, root, task } = this.context;
    const listing = new Listing(task, root, file, list === listAllVersions);
    await list(client, bucket, listing, task.listing);
    this.counts.listedEntries += listing.entries;
    this.counts.listedPages += listing.pages;
    return 0;
  }

  private upload({ slot, file, length }: Row): Promise<number> {
    const { partBytes, partConcurrency } = this.context.task;
    const { Bucket: bucket, Key: key } = this.name(file);
    const parameters = this.parameters.put;
    const body = this.body(slot, length);
    return this.uploads.run({
      bucket,
      key,
      body,
      length,
      partBytes,
      partConcurrency,
      parameters,
    });
  }
}
