import type { Json } from "./channel.ts";

/** Returns a value as JSON has it: without functions and undefined fields. */
export function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
