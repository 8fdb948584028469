import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fileName } from "../../model/plan/dataset.ts";
import { CONTRACTS } from "../../s3/contract/contract.ts";
import { failureCode } from "../../s3/failure/failure.ts";
import type { WireRequest } from "../../s3/http/request.ts";
import { readResponse } from "../../s3/response/response.ts";
import { escapeXml } from "../../s3/response/xml.ts";
import { undeleted } from "../objects/errors.ts";
import {
  copySourceOf,
  maxLooks,
  notRestored,
  OBJECT_TAGS,
  restorePlanOf,
} from "../objects/steps.ts";
import { call } from "./call.ts";
import type { WireSlot } from "./slot.ts";

const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

const TAGS = OBJECT_TAGS.names
  .map((name) => `<Tag><Key>${name}</Key><Value>${OBJECT_TAGS.value}</Value></Tag>`)
  .join("");

/** Copies an object to another key of its bucket; no data leaves the server. */
export async function copyObject(slot: WireSlot): Promise<number> {
  const { requests, wire } = slot.context;
  const source = `${copySourceOf(wire.address.bucket)}${requests.path(slot.file)}`;
  const headers = { ...requests.stored, ...requests.copySource, "x-amz-copy-source": source };
  const path = requests.copyPath(slot.file);
  const request = requests.texting(CONTRACTS.copy, "PUT", path, {}, "", headers);
  const { text } = await call(slot, request);
  // A copy that fails midway has already responded with 200.
  readResponse(CONTRACTS.copy, text);
  return 0;
}

/** Deletes objects in one request; the first undeleted object of the response is the failure. */
export async function deleteObjects(slot: WireSlot): Promise<number> {
  const { requests, root, task } = slot.context;
  const keys = Array.from(
    { length: slot.length },
    (_, i) => root + fileName(task.dataset, slot.file + i),
  );
  const objects = keys.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`).join("");
  const text = `<Delete ${XMLNS}><Quiet>true</Quiet>${objects}</Delete>`;
  const contract = CONTRACTS.removeMany;
  const request = requests.texting(
    contract,
    "POST",
    "/",
    { delete: "" },
    text,
    contentMd5Header(text),
  );
  const response = await call(slot, request);
  const errors: Record<string, string>[] = [];
  let fields: Record<string, string> = {};
  readResponse(contract, response.text, (name, depth, value) => {
    if (depth === 2) fields[name] = value;
    if (depth !== 1) return;
    if (name === "Error") errors.push(fields);
    fields = {};
  });
  const problem = undeleted(errors);
  if (problem !== null) throw problem;
  slot.count("deletedObjects", slot.length);
  return 0;
}

/** The request that sets an object's tags. */
export function putTags(slot: WireSlot): WireRequest {
  const { requests } = slot.context;
  const text = `<Tagging ${XMLNS}><TagSet>${TAGS}</TagSet></Tagging>`;
  const path = requests.path(slot.file);
  const contract = CONTRACTS.putTags;
  return requests.texting(contract, "PUT", path, { tagging: "" }, text, contentMd5Header(text));
}

/** Restores an archived object and waits until it is readable. */
export async function restoreObject(slot: WireSlot): Promise<number> {
  const { requests, task } = slot.context;
  const plan = restorePlanOf(task.restore);
  const path = requests.path(slot.file);
  const tier = `<GlacierJobParameters><Tier>${plan.tier}</Tier></GlacierJobParameters>`;
  const text = `<RestoreRequest ${XMLNS}><Days>${plan.days}</Days>${tier}</RestoreRequest>`;
  try {
    const headers = contentMd5Header(text);
    const contract = CONTRACTS.restore;
    const request = requests.texting(contract, "POST", path, { restore: "" }, text, headers);
    await call(slot, request);
  } catch (error) {
    if (failureCode(error) !== "RestoreAlreadyInProgress") throw error;
  }
  for (let look = 1; look <= maxLooks(plan); look++) {
    await sleep(plan.pollNs / 1e6);
    let state: string | null = null;
    const look = { contract: CONTRACTS.head, headers: requests.get };
    await call(slot, requests.simple("HEAD", path, look), {
      onHead: (head) => {
        state = head.header("x-amz-restore");
      },
    });
    slot.count("restoreLooks");
    if (String(state).includes('ongoing-request="false"')) return 0;
  }
  throw notRestored(plan);
}

/** S3 requires an MD5 or another checksum for these bodies. */
function contentMd5Header(text: string): Record<string, string> {
  return { "content-md5": createHash("md5").update(text).digest("base64") };
}
