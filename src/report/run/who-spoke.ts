import type { Run } from "../../model/run/run.ts";
import type { Block } from "../parts/document.ts";
import { paragraph } from "../parts/document.ts";

/** What the numbers of an engine that speaks to a bucket are numbers of. */
const SPOKE: Readonly<Record<string, string | undefined>> = {
  "s3-sdk":
    "s3-sdk spoke to the bucket, the AWS SDK as an application uses it: this is what an " +
    "application gets, and its client is often the limit.",
  "s3-wire":
    "s3-wire spoke to the bucket, HTTP framed by assay itself: this is what the store gives, " +
    "and more than an application on the AWS SDK gets.",
};

/** Which engine spoke to a bucket, for two of them give two different numbers. */
export function whoSpoke(run: Run): readonly Block[] {
  const engines = [...new Set(run.phases.map(({ engine }) => engine))];
  return engines.flatMap((engine) => {
    const sentence = SPOKE[engine];
    return sentence === undefined ? [] : [paragraph(sentence)];
  });
}
