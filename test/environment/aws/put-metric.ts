import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";

/** A data point of CloudWatch, one minute old. */
export async function putMetric(
  Namespace: string,
  MetricName: string,
  dimension: { readonly Name: string; readonly Value: string },
  Value: number,
): Promise<void> {
  const Timestamp = new Date(Date.now() - 60_000);
  const MetricData = [{ MetricName, Dimensions: [dimension], Value, Timestamp }];
  await new CloudWatchClient({}).send(new PutMetricDataCommand({ Namespace, MetricData }));
}
