import type { EngineTraits } from "./engine.ts";

/** Known without loading the SDK. Objects cannot be written in place, so there is no `write`. */
export const S3_SDK_TRAITS: EngineTraits = {
  name: "s3-sdk",
  drives: "event-loop",
  serves: ["bucket"],
  operations: ["read", "create", "stat", "fetch", "delete", "upload", "download", "stream", "list"],
  depthInThread: true,
  firstByte: true,
};
