import type { BucketAddress } from "../../model/target/target.ts";
import { type Asking, ask } from "./aws.ts";

/**
 * Region a bucket is in, by HeadBucket: S3 says it in a header, also where the request went to
 * another region. Null where it was not said.
 */
export async function bucketRegion(address: BucketAddress, asking: Asking): Promise<string | null> {
  const answer = await ask(asking, "HeadBucket", async () => {
    const { HeadBucketCommand } = await import("@aws-sdk/client-s3");
    const { makeClient } = await import("../../s3/client.ts");
    const client = makeClient(address, { connections: 1, retries: 1 });
    try {
      const command = new HeadBucketCommand({ Bucket: address.bucket });
      return (await client.send(command, { abortSignal: asking.signal })).BucketRegion;
    } catch (error) {
      const elsewhere = regionIn(error);
      if (elsewhere === null) throw error;
      return elsewhere;
    } finally {
      client.destroy();
    }
  });
  return answer !== null && answer !== undefined && /^[a-z0-9-]+$/.test(answer) ? answer : null;
}

/** The header of an answer that was an error. */
function regionIn(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("$response" in error)) return null;
  const { $response: response } = error;
  if (typeof response !== "object" || response === null || !("headers" in response)) return null;
  const region: unknown = Object(response.headers)["x-amz-bucket-region"];
  return typeof region === "string" ? region : null;
}
