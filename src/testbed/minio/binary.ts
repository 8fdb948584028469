import type { GoProgram } from "../program/program.ts";

/** MinIO at the commit of a release. */
export const MINIO_PROGRAM: GoProgram = {
  title: "MinIO",
  name: "minio",
  module: "github.com/minio/minio",
  version: "v0.0.0-20260212201848-7aac2a2c5b7c",
  takes: "about three minutes",
};
