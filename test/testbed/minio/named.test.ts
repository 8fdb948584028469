// @module-tag system
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { startMinio } from "../../../src/testbed/minio/minio.ts";
import { setEnvironment } from "../../env.ts";
import { useMinio } from "../../minio.ts";

const bucket = await useMinio({ minio: true });

/** Names that no other test file uses. */
async function buckets(): Promise<readonly string[]> {
  const answer = await bucket.client.send(new ListBucketsCommand({}));
  const names = (answer.Buckets ?? []).map(({ Name }) => Name ?? "");
  return names.filter((name) => name.startsWith("assay") || name === bucket.minio.bucket).sort();
}

describe.skipIf(!bucket.available)("an endpoint named in the environment", () => {
  test("is used with its bucket, which stays", async () => {
    const named = await startMinio();
    if ("unavailable" in named) throw new Error(named.unavailable);
    const { endpoint } = bucket.minio;
    expect(named).toMatchObject({ endpoint, bucket: bucket.minio.bucket, pid: null });
    await named.stop();
    expect(await buckets()).toEqual(["assay", bucket.minio.bucket]);
  });

  test("gets a bucket for the time where none is named", async () => {
    const before = setEnvironment({ ASSAY_S3_BUCKET: undefined });
    try {
      const named = await startMinio();
      if ("unavailable" in named) throw new Error(named.unavailable);
      expect(await buckets()).toEqual(["assay", named.bucket, bucket.minio.bucket]);
      await named.stop();
      expect(await buckets()).toEqual(["assay", bucket.minio.bucket]);
    } finally {
      setEnvironment(before);
    }
  });

  test("that takes no bucket is unavailable in one sentence, without the credentials", async () => {
    const before = setEnvironment({
      ASSAY_S3_BUCKET: undefined,
      AWS_SECRET_ACCESS_KEY: "a-wrong-secret-of-some-length",
    });
    try {
      const named = await startMinio();
      const sentence = "unavailable" in named ? named.unavailable : "";
      expect(sentence).toMatch(/^cannot make a bucket at http.*: The request signature/);
      expect(sentence).not.toContain(process.env.AWS_ACCESS_KEY_ID);
    } finally {
      setEnvironment(before);
    }
  });
});
