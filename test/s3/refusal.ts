import { expect } from "vitest";
import type { BucketAddress } from "../../src/model/target/target.ts";
import { bucketTarget } from "../../src/storage/bucket/bucket.ts";
import { optionsOf, specOf } from "../storage/bucket/run.ts";

/** Returns the message for an unusable bucket; fails if the bucket can be used. */
export async function refusal(address: BucketAddress): Promise<string> {
  try {
    const session = await bucketTarget(specOf(address)).open(optionsOf("r1"));
    await session.clean();
    await session.close();
  } catch (error) {
    const text = error instanceof Error ? `${error.stack} ${JSON.stringify(error)}` : "";
    for (const key of [process.env.AWS_ACCESS_KEY_ID, process.env.AWS_SECRET_ACCESS_KEY]) {
      expect(key === undefined || !text.includes(key)).toBe(true);
    }
    return error instanceof Error ? error.message : String(error);
  }
  return "none";
}
