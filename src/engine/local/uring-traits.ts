import type { EngineTraits } from "../engine.ts";

/** Apart from the engine, which loads koffi. */
export const URING_TRAITS: EngineTraits = {
  name: "uring",
  drives: "blocking",
  serves: ["directory", "device"],
  operations: ["read", "write"],
  depthInThread: true,
  firstByte: false,
  keepsBytes: true,
};
