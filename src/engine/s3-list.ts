import { ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";

/** Counts the objects below a prefix, a page a request; no page is kept. */
export async function countObjects(
  client: S3Client,
  bucket: string,
  prefix: string,
): Promise<number> {
  let count = 0;
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
    count += page.KeyCount ?? 0;
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
  return count;
}
