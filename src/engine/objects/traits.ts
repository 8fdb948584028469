import { OBJECT_OPERATIONS } from "../../model/plan/operation.ts";
import type { EngineTraits } from "../engine.ts";

/** Known without loading the SDK. */
export const S3_SDK_TRAITS: EngineTraits = {
  name: "s3-sdk",
  drives: "event-loop",
  serves: ["bucket"],
  operations: OBJECT_OPERATIONS,
  depthInThread: true,
  firstByte: true,
};

/** HTTP framed by ourselves. */
export const S3_WIRE_TRAITS: EngineTraits = {
  ...S3_SDK_TRAITS,
  name: "s3-wire",
  seesConnections: true,
};
