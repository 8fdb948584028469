import type { TargetKind } from "./target.ts";

/** What each kind of target is, in words that never make it more than was declared. */
export const KIND_NOUNS: Readonly<Record<TargetKind, string>> = {
  directory: "a directory",
  "block-device": "a block device",
  "ebs-gp3": "an EBS gp3 volume",
  "ebs-gp2": "an EBS gp2 volume",
  "ebs-io2": "an EBS io2 volume",
  "ebs-st1": "an EBS st1 volume",
  "ebs-sc1": "an EBS sc1 volume",
  "instance-store": "an EC2 instance store",
  efs: "an EFS file system",
  "fsx-lustre": "an FSx for Lustre file system",
  s3: "an S3 general purpose bucket",
  "s3-express": "an S3 Express One Zone bucket",
  minio: "a MinIO bucket",
  null: "the null target, which stores nothing",
  synthetic: "the synthetic target, whose behaviour is made up",
};
