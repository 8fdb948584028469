import { fileName } from "../../model/plan/dataset.ts";
import { CONTRACTS } from "../../s3/contract/contract.ts";
import { failureCode } from "../../s3/failure/failure.ts";
import { StoreError } from "../../s3/response/error.ts";
import { readResponse } from "../../s3/response/fields.ts";
import { escapeXml } from "../../s3/response/xml.ts";
import { encodeQuery } from "../../s3/signing/uri.ts";
import { TransferError } from "../objects/errors.ts";
import { call, inParts } from "./call.ts";
import type { Lane } from "./lane.ts";
import type { Surroundings, WireSlot } from "./slot.ts";

const ABORT_ATTEMPTS = 3;
const ABORT_TIMEOUT_MS = 5_000;

interface Part {
  readonly etag: string;
  readonly checksum: string | null;
}

/** Multipart uploads: one that fails is aborted in the store before its failure is told. */
export class WireUploads {
  readonly #around: Surroundings;
  readonly #open = new Set<Promise<number>>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Resolves with the bytes sent, or rejects with the first failure. */
  run(slot: WireSlot): Promise<number> {
    const upload = this.#upload(slot);
    this.#open.add(upload);
    const over = () => void this.#open.delete(upload);
    upload.then(over, over);
    return upload;
  }

  /** Waits until nothing of any upload is on its way and each failed one is aborted. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#open);
  }

  async #upload(slot: WireSlot): Promise<number> {
    const { requests, task } = this.#around;
    const { file, length } = slot;
    const path = requests.path(file);
    if (length <= task.partBytes) {
      await call(slot, slot.lane(), requests.put(path, slot.payload(), length));
      return length;
    }
    const id = await this.#begin(slot, file, path);
    try {
      const parts = await this.#sendParts(slot, path, id, length);
      await this.#complete(slot, path, id, parts);
    } catch (error) {
      await this.#abort(slot, path, id);
      throw error;
    }
    return length;
  }

  /** An upload that was begun unheard is looked for, or it would stay for ever. */
  async #begin(slot: WireSlot, file: number, path: string): Promise<string> {
    const { requests } = this.#around;
    const contract = CONTRACTS.beginUpload;
    const request = requests.texting(contract, "POST", path, { uploads: "" }, "", requests.stored);
    let text: string;
    try {
      text = (await call(slot, slot.lane(), request, { uncut: true })).text;
    } catch (error) {
      if (!(error instanceof StoreError)) await this.#abortUnknown(slot, file, path);
      throw error;
    }
    return readResponse(contract, text).UploadId ?? "";
  }

  async #sendParts(
    slot: WireSlot,
    path: string,
    uploadId: string,
    length: number,
  ): Promise<readonly Part[]> {
    const { requests, task } = this.#around;
    const { partBytes, partConcurrency } = task;
    const payload = slot.payload();
    const parts: Part[] = [];
    await inParts(slot, Math.ceil(length / partBytes), partConcurrency, async (i, lane) => {
      const query = { partNumber: String(i + 1), uploadId };
      const bytes = Math.min(partBytes, length - i * partBytes);
      const { request, checksum } = requests.sendPart(path, query, payload, bytes);
      let etag = "";
      await call(slot, lane, request, {
        onHead: (head) => {
          etag = head.header("etag") ?? "";
        },
      });
      parts[i] = { etag, checksum };
    });
    return parts;
  }

  async #complete(
    slot: WireSlot,
    path: string,
    uploadId: string,
    parts: readonly Part[],
  ): Promise<void> {
    const { checksum: algorithm } = this.#around.task.objects;
    const listed = parts.map(({ etag, checksum }, i) => {
      const tag = `Checksum${algorithm}`;
      const check = checksum === null ? "" : `<${tag}>${checksum}</${tag}>`;
      const named = `<PartNumber>${i + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag>`;
      return `<Part>${named}${check}</Part>`;
    });
    const xmlns = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
    const text = `<CompleteMultipartUpload ${xmlns}>${listed.join("")}</CompleteMultipartUpload>`;
    const contract = CONTRACTS.completeUpload;
    const request = this.#around.requests.texting(contract, "POST", path, { uploadId }, text);
    const answer = await call(slot, slot.lane(), request);
    // An error that is met after the answer was begun comes with the status 200.
    readResponse(contract, answer.text);
  }

  async #abort(slot: WireSlot, path: string, uploadId: string): Promise<void> {
    const { requests, counts } = this.#around;
    const contract = CONTRACTS.abortUpload;
    const query = encodeQuery({ uploadId });
    for (let attempt = 0; attempt < ABORT_ATTEMPTS; attempt++) {
      try {
        await inTime(slot.lane(), () =>
          call(slot, slot.lane(), requests.simple("DELETE", path, { contract, query }), {
            uncut: true,
          }),
        );
        return;
      } catch (error) {
        if (failureCode(error) === "NoSuchUpload") return;
      }
    }
    counts.uploadsNotAborted = (counts.uploadsNotAborted ?? 0) + 1;
  }

  async #abortUnknown(slot: WireSlot, file: number, path: string): Promise<void> {
    const { requests, task } = this.#around;
    const { location } = task;
    if (location.kind !== "bucket") return;
    const key = location.root + fileName(task.dataset, file);
    const query = encodeQuery({ prefix: key, uploads: "" });
    const contract = CONTRACTS.listUploads;
    const request = requests.simple("GET", "/", { contract, query });
    const uploads: string[] = [];
    try {
      const lane = await inTime(slot.lane(), () =>
        call(slot, slot.lane(), request, { uncut: true }),
      );
      let found = "";
      readResponse(contract, lane.text, (name, depth, text) => {
        if (depth === 2 && name === "Key") found = text;
        if (depth === 2 && name === "UploadId" && found === key) uploads.push(text);
      });
    } catch {
      // The store cannot be asked: what is left there is found by the clean-up of the run.
      return;
    }
    for (const id of uploads) await this.#abort(slot, path, id);
  }
}

/** Gives a request up that takes too long while others wait for its end. */
async function inTime<T>(lane: Lane, request: () => Promise<T>): Promise<T> {
  const late = () => lane.fail(new TransferError("ETIMEDOUT", "the store fell silent"));
  const timer = setTimeout(late, ABORT_TIMEOUT_MS);
  try {
    return await request();
  } finally {
    clearTimeout(timer);
  }
}
