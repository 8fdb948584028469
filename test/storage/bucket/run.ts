import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterEach } from "vitest";
import type { DatasetPlan } from "../../../src/model/plan/dataset.ts";
import type { BucketAddress, TargetSpec } from "../../../src/model/target/target.ts";
import { openTarget } from "../../../src/storage/index.ts";
import type { OpenOptions, TargetSession } from "../../../src/storage/target/target.ts";
import type { TestBucket } from "../../minio.ts";
import { filesPlan, openOptions, prepareOptions } from "../support.ts";

export const STEADY = prepareOptions();

export function datasetPlan(overrides: Partial<DatasetPlan> = {}): DatasetPlan {
  return filesPlan({
    name: "small",
    count: 20,
    size: { kind: "uniform", minBytes: 0, maxBytes: 5000 },
    seed: 7,
    filesPerDirectory: 8,
    ...overrides,
  });
}

export function specOf(address: BucketAddress): TargetSpec {
  return { name: "b", kind: "minio", address: { kind: "bucket", ...address }, provisioned: {} };
}

export function optionsOf(runId: string, overrides: Partial<OpenOptions> = {}): OpenOptions {
  return openOptions({ runId, datasets: [datasetPlan()], ...overrides });
}

/** Access to a bucket that bypasses the code under test. */
export interface Looking {
  keys(prefix: string): Promise<readonly string[]>;
  text(key: string): Promise<string>;
  bytes(key: string): Promise<Buffer>;
  put(key: string, body: string): Promise<void>;
  /** Uploads open for exactly this key. */
  uploads(key: string): Promise<number>;
}

export function lookInto(bucket: TestBucket): Looking {
  const named = (Key: string) => ({ Bucket: bucket.minio.bucket, Key });
  const bytes = async (key: string) => {
    const answer = await bucket.client.send(new GetObjectCommand(named(key)));
    return Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
  };
  return {
    bytes,
    text: async (key) => (await bytes(key)).toString(),
    async keys(Prefix) {
      const command = new ListObjectsV2Command({ Bucket: bucket.minio.bucket, Prefix });
      return ((await bucket.client.send(command)).Contents ?? []).map(({ Key }) => Key ?? "");
    },
    async put(key, Body) {
      await bucket.client.send(new PutObjectCommand({ ...named(key), Body }));
    },
    async uploads(key) {
      const listed = { Bucket: bucket.minio.bucket, Prefix: key };
      const answer = await bucket.client.send(new ListMultipartUploadsCommand(listed));
      return answer.Uploads?.length ?? 0;
    },
  };
}

/** Opens runs in a bucket; each is closed after its test. */
export function runOpener() {
  const open: TargetSession[] = [];
  afterEach(async () => {
    for (const session of open.splice(0)) await session.close();
  });
  return async (
    address: BucketAddress,
    runId: string,
    overrides: Partial<OpenOptions> = {},
  ): Promise<TargetSession> => {
    const session = await openTarget(specOf(address), optionsOf(runId, overrides));
    open.push(session);
    return session;
  };
}
