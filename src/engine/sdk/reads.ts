import { type GetObjectCommandInput, HeadObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { fileName } from "../../model/plan/dataset.ts";
import { CONTRACTS, sizeProblem, tagProblem, versionProblem } from "../../s3/contract/contract.ts";
import { hashOfTag } from "../../s3/http/head-fields.ts";
import type { ObjectParameters } from "../../s3/object-parameters.ts";
import type { SessionTask } from "../engine.ts";
import { ObjectContent } from "../objects/content.ts";
import { EntityTags, tagOf, versionOf } from "../objects/tags.ts";
import { readable } from "./body.ts";
import {
  type CheckFrom,
  getInParts,
  getRange,
  getWhole,
  type ObjectName,
  type ObjectRead,
  openRange,
  openWhole,
} from "./get.ts";
import { getIfChanged } from "./objects.ts";
import type { OpenBody } from "./shards.ts";

/** One operation of a slot's row. */
export interface Row {
  readonly slot: number;
  readonly file: number;
  readonly offset: number;
  readonly length: number;
  readonly onFirst: () => void;
}

/** State that the requests of a session share. */
export interface SdkContext {
  readonly task: SessionTask;
  readonly client: S3Client;
  readonly bucket: string;
  /** Key prefix of the run, ending in `/`. */
  readonly root: string;
  readonly signal: AbortSignal;
}

/** Conditions of a GET. */
type Condition = Pick<GetObjectCommandInput, "IfMatch" | "VersionId">;

/** Requests that read objects; each response is compared with the dataset. */
export class ObjectReads {
  private readonly context: SdkContext;
  private readonly parameters: ObjectParameters;
  private readonly tags: EntityTags;

  constructor(context: SdkContext, parameters: ObjectParameters) {
    this.context = context;
    this.parameters = parameters;
    this.tags = new EntityTags(context.task.dataset, context.task.operations);
  }

  /** The object with the requirements on its responses. */
  private toRead(file: number): ObjectName {
    const { bucket, root, task } = this.context;
    const Key = root + fileName(task.dataset, file);
    return { Bucket: bucket, Key, ...this.parameters.get };
  }

  /** GET of `length` bytes from an offset. */
  range({ file, offset, length, onFirst }: Row): Promise<number> {
    return getRange(this.objectRead(file), offset, length, onFirst);
  }

  ifMatch(row: Row): Promise<number> {
    return this.whole(row, { IfMatch: tagOf(this.context.task.dataset, row.file) });
  }

  version(row: Row): Promise<number> {
    const { dataset } = this.context.task;
    return this.whole(row, { VersionId: versionOf(dataset, row.file, row.offset) });
  }

  async ifNoneMatch({ file }: Row): Promise<number> {
    const { client, task } = this.context;
    await getIfChanged(client, this.toRead(file), tagOf(task.dataset, file));
    return 0;
  }

  /** Concurrent GETs of the parts of an object. */
  inParts({ file, length, onFirst }: Row): Promise<number> {
    const read = this.objectRead(file, {}, this.checkFrom(file));
    return getInParts(read, length, this.context.task, onFirst);
  }

  /** GET of a whole object. */
  whole({ file, length, onFirst }: Row, more: Condition): Promise<number> {
    const asked = { ...this.parameters.checked, ...more };
    return getWhole(this.objectRead(file, asked, this.checkFrom(file)), length, onFirst);
  }

  /** One object to read, with checks of its tag and of a requested version. */
  private objectRead(
    file: number,
    more: Condition = {},
    checkFrom: CheckFrom | null = null,
  ): ObjectRead {
    const { client, task } = this.context;
    const { VersionId: version } = more;
    return {
      client,
      object: { ...this.toRead(file), ...more },
      objectBytes: task.dataset.sizes[file] ?? -1,
      checkHead: ({ ETag, VersionId }) =>
        version === undefined
          ? this.tags.problem(file, hashOfTag(ETag))
          : versionProblem(version, VersionId ?? null),
      checkFrom,
    };
  }

  /** HEAD of an object. */
  async stat({ file }: Row): Promise<number> {
    const { client, task } = this.context;
    const answer = await client.send(new HeadObjectCommand(this.toRead(file)));
    const { ContentLength = -1, ETag } = answer;
    const problem =
      tagProblem(CONTRACTS.stat, ETag) ??
      sizeProblem(ContentLength, task.dataset.sizes[file] ?? -1) ??
      this.tags.problem(file, hashOfTag(ETag));
    if (problem !== null) throw problem;
    return 0;
  }

  /** Parts arrive concurrently in any order: each has its offset in the file. */
  private checkFrom(file: number): CheckFrom | null {
    const { objects, dataset } = this.context.task;
    if (!objects.verify) return null;
    return (offset) => {
      const content = new ObjectContent(dataset);
      content.begin(file, offset);
      return (chunk) => content.check(chunk, 0, chunk.length);
    };
  }

  /** GET of a file from an offset to its end. */
  async openFrom(file: number, offset: number): Promise<OpenBody> {
    const rest = (this.context.task.dataset.sizes[file] ?? 0) - offset;
    const read = this.objectRead(file);
    const answer =
      offset === 0
        ? await openWhole(read, rest)
        : await openRange(read, offset, rest, `bytes=${offset}-`);
    return { body: readable(answer.Body), length: answer.ContentLength ?? rest };
  }
}
