import { type AwsContext, callAws, clientOptions } from "./aws.ts";

const HOUR_MS = 3_600_000;

/** Latest data point of a CloudWatch metric. */
export interface Balance {
  readonly value: number;
  /** Time of the data point, ISO 8601. */
  readonly at: string;
}

/** Burst balance of a gp2, st1 or sc1 volume in percent; null if there is no data point. */
export function volumeBalance(id: string, aws: AwsContext): Promise<Balance | null> {
  return latest({ namespace: "AWS/EBS", metric: "BurstBalance", by: "VolumeId", id }, aws);
}

/** Burst credits of an EFS file system in bytes; null if there is no data point. */
export function efsBalance(id: string, aws: AwsContext): Promise<Balance | null> {
  const metric = "BurstCreditBalance";
  return latest({ namespace: "AWS/EFS", metric, by: "FileSystemId", id }, aws);
}

interface Metric {
  readonly namespace: string;
  readonly metric: string;
  readonly by: string;
  readonly id: string;
}

async function latest({ namespace, metric, by, id }: Metric, aws: AwsContext) {
  const response = await callAws(aws, `GetMetricStatistics (${metric})`, async () => {
    const sdk = await import("@aws-sdk/client-cloudwatch");
    const client = new sdk.CloudWatchClient(clientOptions(aws));
    const command = new sdk.GetMetricStatisticsCommand({
      Namespace: namespace,
      MetricName: metric,
      Dimensions: [{ Name: by, Value: id }],
      StartTime: new Date(aws.now.getTime() - HOUR_MS),
      EndTime: aws.now,
      Period: 60,
      Statistics: ["Minimum"],
    });
    try {
      return await client.send(command, { abortSignal: aws.signal });
    } finally {
      client.destroy();
    }
  });
  let last: Balance | null = null;
  for (const { Timestamp, Minimum } of response?.Datapoints ?? []) {
    if (Timestamp === undefined || Minimum === undefined) continue;
    const at = Timestamp.toISOString();
    if (last === null || at > last.at) last = { value: Minimum, at };
  }
  return last;
}
