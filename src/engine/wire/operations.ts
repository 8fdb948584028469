import type { ObjectOperation, Operation } from "../../model/plan/operation.ts";
import { CONTRACTS } from "../../s3/contract/contract.ts";
import type { WireRequest } from "../../s3/http/request.ts";
import { readResponse } from "../../s3/response/response.ts";
import { encodeQuery } from "../../s3/signing/uri.ts";
import { contentOf } from "../objects/content.ts";
import { lengthError } from "../objects/errors.ts";
import { tagOf, versionOf } from "../objects/tags.ts";
import { type CallOptions, call, inParts } from "./call.ts";
import { listPages } from "./list.ts";
import { copyObject, deleteObjects, putTags, restoreObject } from "./objects.ts";
import { BYTES, type SingleRequest } from "./single.ts";
import type { WireSlot } from "./slot.ts";
import type { WireStream } from "./stream.ts";
import { upload } from "./upload.ts";

/** Version of a PUT in the response of a versioned bucket. */
const ANY_VERSION = "";

/** A slot with its runners of operations. */
export interface SlotRunner {
  readonly slot: WireSlot;
  readonly single: SingleRequest;
  readonly stream: WireStream;
}

type Begin = (runner: SlotRunner) => void;

/**
 * Implementation of each operation: a single request with the meaning of its bytes, or several
 * steps.
 */
export const WIRE_OPERATIONS: Readonly<Partial<Record<Operation, Begin>>> = {
  read: ({ slot, single }) => {
    const { requests } = slot.context;
    single.perform(requests.range(slot.file, slot.offset, slot.length), BYTES.received);
  },
  fetch: ({ slot, single }) => single.perform(whole(slot), BYTES.received),
  fetchIfMatch: ({ slot, single }) => {
    const extra = `if-match: ${tagOf(slot.context.task.dataset, slot.file)}\r\n`;
    single.perform(whole(slot, { extra }), BYTES.received);
  },
  fetchIfNoneMatch: ({ slot, single }) => {
    const extra = `if-none-match: ${tagOf(slot.context.task.dataset, slot.file)}\r\n`;
    const request = whole(slot, { extra, contract: CONTRACTS.getIfChanged, expects: -1 });
    single.perform(request, BYTES.none, false);
  },
  fetchVersion: ({ slot, single }) => {
    const version = versionOf(slot.context.task.dataset, slot.file, slot.offset);
    const query = encodeQuery({ versionId: version });
    single.perform(whole(slot, { query, version }), BYTES.received, false);
  },
  create: (runner) => put(runner, null),
  createVersion: (runner) => put(runner, ANY_VERSION),
  stat: ({ slot, single }) => single.perform(slot.context.requests.head(slot.file), BYTES.none),
  delete: ({ slot, single }) => {
    const { requests } = slot.context;
    const contract = CONTRACTS.remove;
    const request = requests.simple("DELETE", requests.path(slot.file), { contract });
    single.perform(request, BYTES.none, false);
  },
  getTags: ({ slot }) => slot.steps(getTags(slot)),
  putTags: ({ slot, single }) => single.perform(putTags(slot), BYTES.none, false),
  list: ({ slot }) => slot.steps(listPages(slot, false)),
  listVersions: ({ slot }) => slot.steps(listPages(slot, true)),
  upload: ({ slot }) => slot.steps(upload(slot)),
  download: ({ slot, single }) => {
    if (slot.length === 0) single.perform(whole(slot), BYTES.received);
    else slot.steps(download(slot));
  },
  stream: ({ stream }) => stream.read(),
  copy: ({ slot }) => slot.steps(copyObject(slot)),
  deleteObjects: ({ slot }) => slot.steps(deleteObjects(slot)),
  restore: ({ slot }) => slot.steps(restoreObject(slot)),
} satisfies Record<ObjectOperation, Begin>;

function whole(slot: WireSlot, more: Partial<WireRequest> = {}): WireRequest {
  return slot.context.requests.whole(slot.file, slot.length, more);
}

function put({ slot, single }: SlotRunner, version: string | null): void {
  const { requests } = slot.context;
  const request = requests.put(requests.path(slot.file), slot.payload(), slot.length, version);
  single.perform(request, BYTES.length);
}

async function getTags(slot: WireSlot): Promise<number> {
  const { requests } = slot.context;
  const contract = CONTRACTS.getTags;
  const request = requests.simple("GET", requests.path(slot.file), { contract, query: "tagging=" });
  readResponse(contract, (await call(slot, request)).text);
  return 0;
}

/** Reads one object by concurrent ranged GETs; the first byte is the one of its first part. */
async function download(slot: WireSlot): Promise<number> {
  const { requests, task, tags } = slot.context;
  const { file, length } = slot;
  const { partBytes, partConcurrency } = task;
  let received = 0;
  await inParts(slot, Math.ceil(length / partBytes), partConcurrency, async (part, connection) => {
    const start = part * partBytes;
    const request = requests.range(file, start, Math.min(partBytes, length - start));
    const content = contentOf(task);
    content?.begin(file, start);
    const options: CallOptions = {
      ...(part === 0 ? { onFirst: () => slot.sink?.firstByte(slot.number) } : {}),
      onData: (buffer, from, to) => content?.check(buffer, from, to) ?? null,
      onHead: (head) => {
        const problem = tags.problem(file, head.etagHash());
        if (problem !== null) throw problem;
      },
    };
    await call(slot, request, options, connection);
    received += connection.received;
  });
  if (received !== length) throw lengthError(length, received);
  return received;
}
