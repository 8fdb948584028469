import { type GetObjectCommandInput, HeadObjectCommand } from "@aws-sdk/client-s3";
import { fileName } from "../../model/plan/dataset.ts";
import { CONTRACTS, sizeProblem, tagProblem, versionProblem } from "../../s3/contract/contract.ts";
import { hashOfTag } from "../../s3/http/answer-fields.ts";
import type { ObjectParameters } from "../../s3/object-parameters.ts";
import { readable } from "../objects/body.ts";
import { ObjectContent } from "../objects/content.ts";
import type { OpenBody } from "../objects/stream.ts";
import { EntityTags, tagOf, versionOf } from "../objects/tags.ts";
import {
  type CheckFrom,
  getInParts,
  getRange,
  getWhole,
  type ObjectName,
  openRange,
  openWhole,
  type Reading,
} from "./get.ts";
import { getIfChanged } from "./objects.ts";
import type { Row, Surroundings } from "./requests.ts";

/** What a GET is asked under. */
type Condition = Pick<GetObjectCommandInput, "IfMatch" | "VersionId">;

/** Requests that read objects, each response compared with what the dataset says of its object. */
export class ObjectReads {
  readonly #around: Surroundings;
  readonly #parameters: ObjectParameters;
  readonly #tags: EntityTags;

  constructor(around: Surroundings, parameters: ObjectParameters) {
    this.#around = around;
    this.#parameters = parameters;
    this.#tags = new EntityTags(around.task.dataset, around.task.operations);
  }

  /** The object with what it takes to read it. */
  #toRead(file: number): ObjectName {
    const { bucket, root, task } = this.#around;
    const Key = root + fileName(task.dataset, file);
    return { Bucket: bucket, Key, ...this.#parameters.get };
  }

  /** GET of `length` bytes from an offset. */
  range({ file, offset, length, onFirst }: Row): Promise<number> {
    return getRange(this.#reading(file), offset, length, onFirst);
  }

  ifMatch(row: Row): Promise<number> {
    return this.whole(row, { IfMatch: tagOf(this.#around.task.dataset, row.file) });
  }

  version(row: Row): Promise<number> {
    const { dataset } = this.#around.task;
    return this.whole(row, { VersionId: versionOf(dataset, row.file, row.offset) });
  }

  async ifNoneMatch({ file }: Row): Promise<number> {
    const { client, task } = this.#around;
    await getIfChanged(client, this.#toRead(file), tagOf(task.dataset, file));
    return 0;
  }

  /** Parallel GETs of the parts of an object. */
  inParts({ file, length, onFirst }: Row): Promise<number> {
    const reading = this.#reading(file, {}, this.#checkFrom(file));
    return getInParts(reading, length, this.#around.task, onFirst);
  }

  /** GET of a whole object. */
  whole({ file, length, onFirst }: Row, more: Condition): Promise<number> {
    const asked = { ...this.#parameters.checked, ...more };
    return getWhole(this.#reading(file, asked, this.#checkFrom(file)), length, onFirst);
  }

  /** One object to be read: its tag has to stay the same, and a version that is asked for come. */
  #reading(file: number, more: Condition = {}, checkFrom: CheckFrom | null = null): Reading {
    const { client, task } = this.#around;
    const { VersionId: version } = more;
    return {
      client,
      object: { ...this.#toRead(file), ...more },
      objectBytes: task.dataset.sizes[file] ?? -1,
      checkHead: ({ ETag, VersionId }) =>
        version === undefined
          ? this.#tags.problem(file, hashOfTag(ETag))
          : versionProblem(version, VersionId ?? null),
      checkFrom,
    };
  }

  /** HEAD of an object. */
  async stat({ file }: Row): Promise<number> {
    const { client, task } = this.#around;
    const answer = await client.send(new HeadObjectCommand(this.#toRead(file)));
    const { ContentLength = -1, ETag } = answer;
    const problem =
      tagProblem(CONTRACTS.stat, ETag) ??
      sizeProblem(ContentLength, task.dataset.sizes[file] ?? -1) ??
      this.#tags.problem(file, hashOfTag(ETag));
    if (problem !== null) throw problem;
    return 0;
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

  /** Asks for a file from an offset to its end. */
  async openFrom(file: number, offset: number): Promise<OpenBody> {
    const rest = (this.#around.task.dataset.sizes[file] ?? 0) - offset;
    const reading = this.#reading(file);
    const answer =
      offset === 0
        ? await openWhole(reading, rest)
        : await openRange(reading, offset, rest, `bytes=${offset}-`);
    return { body: readable(answer.Body), length: answer.ContentLength ?? rest };
  }
}
