import { fileName } from "../../model/plan/dataset.ts";
import { CONTRACTS } from "../../s3/contract/contract.ts";
import { failureCode } from "../../s3/failure/failure.ts";
import type { WireRequest } from "../../s3/http/request.ts";
import { StoreError } from "../../s3/response/error.ts";
import { readResponse } from "../../s3/response/response.ts";
import { escapeXml } from "../../s3/response/xml.ts";
import { encodeQuery } from "../../s3/signing/uri.ts";
import { TransferError } from "../objects/errors.ts";
import { ABORT_ATTEMPTS, ABORT_TIMEOUT_MS } from "../objects/steps.ts";
import { type CallOptions, call, inParts } from "./call.ts";
import type { WireConnection } from "./connection.ts";
import type { WireSlot } from "./slot.ts";

interface Part {
  readonly etag: string;
  readonly checksum: string | null;
}

/**
 * Uploads the slot's object, in parts if it is longer than one. Resolves with the bytes sent, or
 * rejects with the first failure, after the upload is aborted on the server.
 */
export function upload(slot: WireSlot): Promise<number> {
  const { uploads } = slot.context;
  const sent = send(slot);
  uploads.add(sent);
  const over = () => void uploads.delete(sent);
  sent.then(over, over);
  return sent;
}

async function send(slot: WireSlot): Promise<number> {
  const { requests, task } = slot.context;
  const { file, length } = slot;
  const path = requests.path(file);
  if (length <= task.partBytes) {
    await call(slot, requests.put(path, slot.payload(), length));
    return length;
  }
  const id = await begin(slot, file, path);
  try {
    const parts = await sendParts(slot, path, id, length);
    await complete(slot, path, id, parts);
  } catch (error) {
    await abort(slot, path, id);
    throw error;
  }
  return length;
}

/** Finds an upload whose start had no response, because it would stay forever. */
async function begin(slot: WireSlot, file: number, path: string): Promise<string> {
  const { requests } = slot.context;
  const contract = CONTRACTS.beginUpload;
  const request = requests.texting(contract, "POST", path, { uploads: "" }, "", requests.stored);
  let text: string;
  try {
    text = (await call(slot, request, { uncut: true })).text;
  } catch (error) {
    if (!(error instanceof StoreError)) await abortUnknown(slot, file, path);
    throw error;
  }
  return readResponse(contract, text).UploadId ?? "";
}

async function sendParts(
  slot: WireSlot,
  path: string,
  uploadId: string,
  length: number,
): Promise<readonly Part[]> {
  const { requests, task } = slot.context;
  const { partBytes, partConcurrency } = task;
  const payload = slot.payload();
  const parts: Part[] = [];
  await inParts(slot, Math.ceil(length / partBytes), partConcurrency, async (i, connection) => {
    const query = { partNumber: String(i + 1), uploadId };
    const bytes = Math.min(partBytes, length - i * partBytes);
    const { request, checksum } = requests.sendPart(path, query, payload, bytes);
    let etag = "";
    const options: CallOptions = {
      onHead: (head) => {
        etag = head.header("etag") ?? "";
      },
    };
    await call(slot, request, options, connection);
    parts[i] = { etag, checksum };
  });
  return parts;
}

async function complete(
  slot: WireSlot,
  path: string,
  uploadId: string,
  parts: readonly Part[],
): Promise<void> {
  const { requests, task } = slot.context;
  const { checksum: algorithm } = task.objects;
  const listed = parts.map(({ etag, checksum }, i) => {
    const tag = `Checksum${algorithm}`;
    const check = checksum === null ? "" : `<${tag}>${checksum}</${tag}>`;
    const named = `<PartNumber>${i + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag>`;
    return `<Part>${named}${check}</Part>`;
  });
  const xmlns = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
  const text = `<CompleteMultipartUpload ${xmlns}>${listed.join("")}</CompleteMultipartUpload>`;
  const contract = CONTRACTS.completeUpload;
  const request = requests.texting(contract, "POST", path, { uploadId }, text);
  const response = await call(slot, request);
  // An error after the start of the response has status 200.
  readResponse(contract, response.text);
}

async function abort(slot: WireSlot, path: string, uploadId: string): Promise<void> {
  const { requests } = slot.context;
  const contract = CONTRACTS.abortUpload;
  const query = encodeQuery({ uploadId });
  for (let attempt = 0; attempt < ABORT_ATTEMPTS; attempt++) {
    try {
      await callInTime(slot, requests.simple("DELETE", path, { contract, query }));
      return;
    } catch (error) {
      if (failureCode(error) === "NoSuchUpload") return;
    }
  }
  slot.count("uploadsNotAborted");
}

async function abortUnknown(slot: WireSlot, file: number, path: string): Promise<void> {
  const { requests, task, root } = slot.context;
  const key = root + fileName(task.dataset, file);
  const query = encodeQuery({ prefix: key, uploads: "" });
  const contract = CONTRACTS.listUploads;
  const uploads: string[] = [];
  try {
    const response = await callInTime(slot, requests.simple("GET", "/", { contract, query }));
    let found = "";
    readResponse(contract, response.text, (name, depth, text) => {
      if (depth === 2 && name === "Key") found = text;
      if (depth === 2 && name === "UploadId" && found === key) uploads.push(text);
    });
  } catch {
    // The server does not respond: the run's cleanup finds the rest.
    return;
  }
  for (const id of uploads) await abort(slot, path, id);
}

/** Sends a request that is not aborted, but that times out if others wait for it too long. */
async function callInTime(slot: WireSlot, request: WireRequest): Promise<WireConnection> {
  const late = () =>
    slot.connection().fail(new TransferError("ETIMEDOUT", "the S3 server stopped responding"));
  const timer = setTimeout(late, ABORT_TIMEOUT_MS);
  try {
    return await call(slot, request, { uncut: true });
  } finally {
    clearTimeout(timer);
  }
}
