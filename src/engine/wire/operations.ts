import type { Operation } from "../../model/plan/operation.ts";
import { CONTRACTS } from "../../s3/contract/contract.ts";
import type { WireRequest } from "../../s3/http/request.ts";
import { readResponse } from "../../s3/response/fields.ts";
import { encodeQuery } from "../../s3/signing/uri.ts";
import { lengthError } from "../objects/errors.ts";
import { tagOf, versionOf } from "../objects/tags.ts";
import { call, inParts } from "./call.ts";
import { listPages } from "./list.ts";
import { copyObject, deleteObjects, putTags, restoreObject } from "./objects.ts";
import { BYTES, contentOf, type WireSlot } from "./slot.ts";

/** A versioned bucket names the version that a PUT made. */
const ANY_VERSION = "";

/**
 * Each operation as what a slot does for it: a single request and what its bytes count as, or
 * several steps. An operation that is not here is none of objects.
 */
export const WIRE_OPERATIONS: Readonly<Partial<Record<Operation, (slot: WireSlot) => void>>> = {
  read: (slot) => {
    const { requests } = slot.around;
    slot.single(requests.range(slot.file, slot.offset, slot.length), BYTES.received);
  },
  fetch: (slot) => slot.single(whole(slot), BYTES.received),
  fetchIfMatch: (slot) => {
    const extra = `if-match: ${tagOf(slot.around.task.dataset, slot.file)}\r\n`;
    slot.single(whole(slot, { extra }), BYTES.received);
  },
  fetchIfNoneMatch: (slot) => {
    const extra = `if-none-match: ${tagOf(slot.around.task.dataset, slot.file)}\r\n`;
    const request = whole(slot, { extra, contract: CONTRACTS.getIfChanged, expects: -1 });
    slot.single(request, BYTES.none, false);
  },
  fetchVersion: (slot) => {
    const version = versionOf(slot.around.task.dataset, slot.file, slot.offset);
    const query = encodeQuery({ versionId: version });
    slot.single(whole(slot, { query, version }), BYTES.received, false);
  },
  create: (slot) => put(slot, null),
  createVersion: (slot) => put(slot, ANY_VERSION),
  stat: (slot) => slot.single(slot.around.requests.head(slot.file), BYTES.none),
  delete: (slot) => {
    const { requests } = slot.around;
    const contract = CONTRACTS.remove;
    slot.single(
      requests.simple("DELETE", requests.path(slot.file), { contract }),
      BYTES.none,
      false,
    );
  },
  getTags: (slot) => slot.steps(getTags(slot)),
  putTags: (slot) => slot.single(putTags(slot), BYTES.none, false),
  list: (slot) => slot.steps(listPages(slot, false)),
  listVersions: (slot) => slot.steps(listPages(slot, true)),
  upload: (slot) => slot.steps(slot.uploads.run(slot)),
  download: (slot) => {
    if (slot.length === 0) slot.single(whole(slot), BYTES.received);
    else slot.steps(download(slot));
  },
  stream: (slot) => slot.stream.read(),
  copy: (slot) => slot.steps(copyObject(slot)),
  deleteObjects: (slot) => slot.steps(deleteObjects(slot)),
  restore: (slot) => slot.steps(restoreObject(slot)),
};

function whole(slot: WireSlot, more: Partial<WireRequest> = {}): WireRequest {
  return slot.around.requests.whole(slot.file, slot.length, more);
}

function put(slot: WireSlot, version: string | null): void {
  const { requests } = slot.around;
  const request = requests.put(requests.path(slot.file), slot.payload(), slot.length, version);
  slot.single(request, BYTES.length);
}

async function getTags(slot: WireSlot): Promise<number> {
  const { requests } = slot.around;
  const contract = CONTRACTS.getTags;
  const request = requests.simple("GET", requests.path(slot.file), { contract, query: "tagging=" });
  readResponse(contract, (await call(slot, slot.lane(), request)).text);
  return 0;
}

/** One object by parallel ranged GETs; the first byte is that of its first part. */
async function download(slot: WireSlot): Promise<number> {
  const { requests, task, tags } = slot.around;
  const { file, length } = slot;
  const { partBytes, partConcurrency } = task;
  let received = 0;
  await inParts(slot, Math.ceil(length / partBytes), partConcurrency, async (part, lane) => {
    const start = part * partBytes;
    const request = requests.range(file, start, Math.min(partBytes, length - start));
    const content = contentOf(task);
    content?.begin(file, start);
    await call(slot, lane, request, {
      ...(part === 0 ? { onFirst: () => slot.sink?.firstByte(slot.number) } : {}),
      onData: (buffer, from, to) => content?.check(buffer, from, to) ?? null,
      onHead: (head) => {
        const problem = tags.problem(file, head.etagHash());
        if (problem !== null) throw problem;
      },
    });
    received += lane.received;
  });
  if (received !== length) throw lengthError(length, received);
  return received;
}
