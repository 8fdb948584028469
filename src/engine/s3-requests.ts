import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { copyName, directoryName, fileName } from "../model/dataset.ts";
import type { Operation } from "../model/operation.ts";
import { type ObjectParameters, objectParameters } from "../s3/object-parameters.ts";
import type { SessionTask } from "./engine.ts";
import { ObjectContent } from "./object-content.ts";
import { payload, readable, streamed } from "./s3-body.ts";
import { TransferError } from "./s3-errors.ts";
import { type CheckFrom, getInParts, getRange, getWhole, type ObjectName } from "./s3-get.ts";
import { type Listed, listAll, listAllVersions } from "./s3-list.ts";
import {
  copyObject,
  deleteObjects,
  getIfChanged,
  getTags,
  putTags,
  restoreObject,
} from "./s3-objects.ts";
import { type OpenBody, ShardReader } from "./s3-stream.ts";
import { Uploads } from "./s3-upload.ts";

/** One operation as its slot's row says it. */
export interface Row {
  readonly slot: number;
  readonly file: number;
  readonly offset: number;
  readonly length: number;
  readonly onFirst: () => void;
}

/** What the requests of a session are made with. */
export interface Surroundings {
  readonly task: SessionTask;
  readonly client: S3Client;
  readonly bucket: string;
  /** Key prefix of the run, ending in `/`. */
  readonly root: string;
  readonly signal: AbortSignal;
}

type Perform = (row: Row) => Promise<number>;

/** Each operation as the SDK's commands; resolves with bytes. */
export class ObjectRequests {
  readonly #around: Surroundings;
  readonly #parameters: ObjectParameters;
  readonly #uploads: Uploads;
  readonly #readers: readonly ShardReader[];
  readonly #counts = { listedEntries: 0, listedPages: 0, deletedObjects: 0, restoreLooks: 0 };

  constructor(around: Surroundings) {
    const { task, client } = around;
    this.#around = around;
    const { objects, dataset } = task;
    // What is sent in chunks ends with a checksum, whether or not one was asked for.
    const checksum = objects.checksum ?? (objects.payload === "trailing" ? "CRC32" : null);
    this.#parameters = objectParameters({ ...objects, checksum }, dataset.seed);
    this.#uploads = new Uploads(client);
    const openFrom = (file: number, offset: number) => this.#openFrom(file, offset);
    this.#readers = Array.from({ length: task.slots.depth }, () => new ShardReader(openFrom));
  }

  /** Rejects with the failure; `ENOTSUP` for what objects cannot be subject to. */
  async perform(operation: Operation | undefined, row: Row): Promise<number> {
    const perform = operation === undefined ? undefined : this.#table[operation];
    if (perform !== undefined) return perform(row);
    throw new TransferError("ENOTSUP", `objects cannot be subject to ${operation ?? "that"}`);
  }

  /** Waits for uploads that have to be aborted, and lets go of open answers. */
  async close(): Promise<void> {
    await this.#uploads.settled();
    for (const reader of this.#readers) reader.close();
  }

  /** What was counted beside bytes; only what the phase's operations count. */
  counters(): Readonly<Record<string, number>> {
    const { operations } = this.#around.task;
    const does = (...some: readonly Operation[]) => some.some((one) => operations.includes(one));
    const { listedEntries, listedPages, deletedObjects, restoreLooks } = this.#counts;
    const left = this.#uploads.left;
    return {
      ...(left === 0 ? {} : { uploadsNotAborted: left }),
      ...(does("list", "listVersions") ? { listedEntries, listedPages } : {}),
      ...(does("deleteObjects") ? { deletedObjects } : {}),
      ...(does("restore") ? { restoreLooks } : {}),
    };
  }

  readonly #table: Readonly<Partial<Record<Operation, Perform>>> = {
    read: ({ file, offset, length, onFirst }) =>
      getRange(this.#around.client, this.#toRead(file), offset, length, onFirst),
    fetch: (row) => this.#fetch(row, {}),
    fetchIfMatch: (row) => this.#fetch(row, { IfMatch: this.#tagOf(row.file) }),
    fetchVersion: (row) => this.#fetch(row, { VersionId: this.#versionOf(row) }),
    fetchIfNoneMatch: async ({ file }) => {
      await getIfChanged(this.#around.client, this.#toRead(file), this.#tagOf(file));
      return 0;
    },
    create: (row) => this.#put(row),
    createVersion: (row) => this.#put(row),
    stat: async ({ file }) => {
      await this.#around.client.send(new HeadObjectCommand(this.#toRead(file)));
      return 0;
    },
    delete: async ({ file }) => {
      await this.#around.client.send(new DeleteObjectCommand(this.#name(file)));
      return 0;
    },
    deleteObjects: async ({ file, length }) => {
      const keys = Array.from({ length }, (_, i) => this.#name(file + i).Key);
      await deleteObjects(this.#around.client, this.#around.bucket, keys);
      this.#counts.deletedObjects += length;
      return 0;
    },
    copy: async ({ file }) => {
      const { client, root, task } = this.#around;
      const to = root + copyName(task.dataset, file);
      await copyObject(client, this.#name(file), to, this.#parameters);
      return 0;
    },
    putTags: async ({ file }) => {
      await putTags(this.#around.client, this.#name(file));
      return 0;
    },
    getTags: async ({ file }) => {
      await getTags(this.#around.client, this.#name(file));
      return 0;
    },
    list: ({ file }) => this.#list(file, listAll),
    listVersions: ({ file }) => this.#list(file, listAllVersions),
    upload: (row) => this.#upload(row),
    download: ({ file, length, onFirst }) => {
      const { client, task } = this.#around;
      const check = this.#checkFrom(file);
      return getInParts(client, this.#toRead(file), length, task, onFirst, check);
    },
    stream: ({ slot, file, offset, length, onFirst }) => {
      const reader = this.#readers[slot];
      if (reader === undefined) throw new TransferError("EINVAL", `there is no slot ${slot}`);
      return reader.read(file, offset, length, onFirst);
    },
    restore: async ({ file }) => {
      const { client, task, signal } = this.#around;
      if (task.restore === null) throw new TransferError("EINVAL", "nothing says how to restore");
      const looks = await restoreObject(client, this.#name(file), task.restore, signal);
      this.#counts.restoreLooks += looks;
      return 0;
    },
  };

  #name(file: number): ObjectName {
    const { bucket, root, task } = this.#around;
    return { Bucket: bucket, Key: root + fileName(task.dataset, file) };
  }

  /** The object with what it takes to read it. */
  #toRead(file: number): ObjectName {
    return { ...this.#name(file), ...this.#parameters.get };
  }

  #fetch({ file, length, onFirst }: Row, condition: object): Promise<number> {
    const object = { ...this.#toRead(file), ...this.#parameters.checked, ...condition };
    return getWhole(this.#around.client, object, length, onFirst, this.#checkFrom(file));
  }

  /** Parts come at once and in any order: each has its own place in the file. */
  #checkFrom(file: number): CheckFrom | null {
    const { objects, dataset } = this.#around.task;
    if (!objects.verify) return null;
    return (offset) => {
      const content = new ObjectContent(dataset);
      content.begin(file, offset);
      return (chunk) => content.check(chunk, 0, chunk.length);
    };
  }

  #tagOf(file: number): string {
    const tag = this.#around.task.dataset.entityTags?.[file];
    if (tag === undefined) throw new TransferError("EINVAL", `object ${file} has no entity tag`);
    return tag;
  }

  #versionOf({ file, offset }: Row): string {
    const { versions } = this.#around.task.dataset;
    const id = versions?.ids[file * versions.each + offset];
    if (id === undefined) throw new TransferError("EINVAL", `object ${file} has no such version`);
    return id;
  }

  async #put({ slot, file, length }: Row): Promise<number> {
    const { client } = this.#around;
    const Body = this.#body(slot, length);
    const put = { ...this.#name(file), Body, ContentLength: length, ...this.#parameters.put };
    await client.send(new PutObjectCommand(put));
    return length;
  }

  #body(slot: number, length: number): ReturnType<typeof payload> {
    const { buffers, objects } = this.#around.task;
    const buffer = buffers.views[slot];
    if (buffer === undefined || (buffer.length === 0 && length > 0)) {
      throw new TransferError("EINVAL", `slot ${slot} has no payload`);
    }
    return objects.payload === "trailing" ? streamed(buffer, length) : payload(buffer, length);
  }

  async #list(file: number, list: typeof listAll): Promise<number> {
    const { client, bucket, root, task } = this.#around;
    const { dataset, listing } = task;
    const folder = listing.prefix === "dataset" ? dataset.folder : directoryName(dataset, file);
    const listed: Listed = await list(client, bucket, `${root}${folder}/`, listing);
    this.#counts.listedEntries += listed.entries;
    this.#counts.listedPages += listed.pages;
    return 0;
  }

  #upload({ slot, file, length }: Row): Promise<number> {
    const { partBytes, partConcurrency } = this.#around.task;
    const { Bucket: bucket, Key: key } = this.#name(file);
    const parameters = this.#parameters.put;
    const body = this.#body(slot, length);
    return this.#uploads.run({
      bucket,
      key,
      body,
      length,
      partBytes,
      partConcurrency,
      parameters,
    });
  }

  async #openFrom(file: number, offset: number): Promise<OpenBody> {
    const range = offset === 0 ? {} : { Range: `bytes=${offset}-` };
    const command = new GetObjectCommand({ ...this.#toRead(file), ...range });
    const answer = await this.#around.client.send(command);
    const size = this.#around.task.dataset.sizes[file] ?? 0;
    return { body: readable(answer.Body), length: answer.ContentLength ?? size - offset };
  }
}
