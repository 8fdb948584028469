import { type Asking, ask, clientOptions } from "./aws.ts";

const HOUR_MS = 3_600_000;

/** Last known value of a metric of CloudWatch and when it was so; null where there is none. */
export interface Balance {
  readonly value: number;
  readonly at: string;
}

/** Share of a full bucket that a gp2, st1 or sc1 volume has left, in percent. */
export function volumeBalance(id: string, asking: Asking): Promise<Balance | null> {
  return latest({ namespace: "AWS/EBS", metric: "BurstBalance", by: "VolumeId", id }, asking);
}

/** Credits that a bursting EFS has left, in bytes. */
export function efsBalance(id: string, asking: Asking): Promise<Balance | null> {
  const metric = "BurstCreditBalance";
  return latest({ namespace: "AWS/EFS", metric, by: "FileSystemId", id }, asking);
}

interface Metric {
  readonly namespace: string;
  readonly metric: string;
  readonly by: string;
  readonly id: string;
}

async function latest({ namespace, metric, by, id }: Metric, asking: Asking) {
  const answer = await ask(asking, `GetMetricStatistics (${metric})`, async () => {
    const sdk = await import("@aws-sdk/client-cloudwatch");
    const client = new sdk.CloudWatchClient(clientOptions(asking));
    const command = new sdk.GetMetricStatisticsCommand({
      Namespace: namespace,
      MetricName: metric,
      Dimensions: [{ Name: by, Value: id }],
      StartTime: new Date(asking.now.getTime() - HOUR_MS),
      EndTime: asking.now,
      Period: 60,
      Statistics: ["Minimum"],
    });
    try {
      return await client.send(command, { abortSignal: asking.signal });
    } finally {
      client.destroy();
    }
  });
  let last: Balance | null = null;
  for (const { Timestamp, Minimum } of answer?.Datapoints ?? []) {
    if (Timestamp === undefined || Minimum === undefined) continue;
    const at = Timestamp.toISOString();
    if (last === null || at > last.at) last = { value: Minimum, at };
  }
  return last;
}
