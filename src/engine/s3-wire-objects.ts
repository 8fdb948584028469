import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fileName } from "../model/dataset.ts";
import { failureCode } from "../s3/failure.ts";
import type { WireRequest } from "../s3/request.ts";
import { NO_HEADERS, StoreError } from "../s3/store-error.ts";
import { escapeXml, readFields, readXml } from "../s3/xml.ts";
import { TransferError } from "./s3-errors.ts";
import { call } from "./s3-wire-call.ts";
import type { WireSlot } from "./s3-wire-slot.ts";

const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** Tags that `putTags` gives an object; S3 allows ten. */
const TAGS = ["dataset", "split", "label", "source"]
  .map((name) => `<Tag><Key>${name}</Key><Value>assay</Value></Tag>`)
  .join("");

/** Copies an object to another key of its bucket; no byte leaves the store. */
export async function copyObject(slot: WireSlot): Promise<number> {
  const { requests, wire } = slot.around;
  const { bucket } = wire.address;
  // Of an access point the source is named as its own resource.
  const from = bucket.startsWith("arn:") ? `${bucket}/object` : bucket;
  const source = `${from}${requests.path(slot.file)}`;
  const headers = { ...requests.stored, ...requests.copySource, "x-amz-copy-source": source };
  const path = requests.copyPath(slot.file);
  const { text } = await call(slot, slot.lane(), requests.texting("PUT", path, {}, "", headers));
  // A copy that fails half-way has answered 200 by then.
  if (readFields(text)[""] === "Error") throw new StoreError(200, text, NO_HEADERS);
  return 0;
}

/** Deletes objects in one request. The answer names those that stay: the first is the failure. */
export async function deleteObjects(slot: WireSlot): Promise<number> {
  const { requests, counts, task } = slot.around;
  const { location, dataset } = task;
  const root = location.kind === "bucket" ? location.root : "";
  const keys = Array.from(
    { length: slot.length },
    (_, i) => root + fileName(dataset, slot.file + i),
  );
  const objects = keys.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`).join("");
  const text = `<Delete ${XMLNS}><Quiet>true</Quiet>${objects}</Delete>`;
  const request = requests.texting("POST", "/", { delete: "" }, text, demanded(text));
  const lane = await call(slot, slot.lane(), request);
  const errors: Record<string, string>[] = [];
  let fields: Record<string, string> = {};
  readXml(lane.text, (name, depth, value) => {
    if (depth === 2) fields[name] = value;
    if (depth !== 1) return;
    if (name === "Error") errors.push(fields);
    fields = {};
  });
  const [first, ...others] = errors;
  if (first === undefined) {
    counts.deletedObjects = (counts.deletedObjects ?? 0) + slot.length;
    return 0;
  }
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  const message = `${first.Key}${more} could not be deleted: ${first.Message ?? "no reason given"}`;
  throw new TransferError(first.Code ?? "UNKNOWN", message);
}

/** The request that gives an object its tags. */
export function putTags(slot: WireSlot): WireRequest {
  const { requests } = slot.around;
  const text = `<Tagging ${XMLNS}><TagSet>${TAGS}</TagSet></Tagging>`;
  const path = requests.path(slot.file);
  return requests.texting("PUT", path, { tagging: "" }, text, demanded(text));
}

/**
 * Asks for an archived object and waits until it can be read. Time is counted in looks at the
 * object, for an engine sees no clock.
 */
export async function restoreObject(slot: WireSlot): Promise<number> {
  const { requests, task, counts } = slot.around;
  const plan = task.restore;
  if (plan === null) throw new TransferError("EINVAL", "nothing says how to restore");
  const path = requests.path(slot.file);
  const tier = `<GlacierJobParameters><Tier>${plan.tier}</Tier></GlacierJobParameters>`;
  const text = `<RestoreRequest ${XMLNS}><Days>${plan.days}</Days>${tier}</RestoreRequest>`;
  try {
    const headers = demanded(text);
    const request = requests.texting("POST", path, { restore: "" }, text, headers);
    await call(slot, slot.lane(), request);
  } catch (error) {
    if (failureCode(error) !== "RestoreAlreadyInProgress") throw error;
  }
  const most = Math.max(1, Math.ceil(plan.deadlineNs / plan.pollNs));
  for (let look = 1; look <= most; look++) {
    await sleep(plan.pollNs / 1e6);
    let state: string | null = null;
    await call(slot, slot.lane(), requests.simple("HEAD", path, { headers: requests.get }), {
      onHead: (head) => {
        state = head.header("x-amz-restore");
      },
    });
    counts.restoreLooks = (counts.restoreLooks ?? 0) + 1;
    if (String(state).includes('ongoing-request="false"')) return 0;
  }
  throw new TransferError("ETIMEDOUT", `it could not be read after ${plan.deadlineNs / 1e9} s`);
}

/** S3 takes these texts only with their MD5 or another checksum. */
function demanded(text: string): Record<string, string> {
  return { "content-md5": createHash("md5").update(text).digest("base64") };
}
