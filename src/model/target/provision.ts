import { amountWords, type Dimension } from "../units.ts";
import type { Instance, Provisioned } from "./target.ts";

/** A fact as files and sentences name it, and what its number counts; absent: it is a word. */
export interface FactName {
  readonly name: string;
  readonly dimension?: Dimension;
}

/** Formats the value of a fact: `6,000`, `500 GiB`, `yes`. */
export function factText({ dimension }: FactName, value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "number" || dimension === undefined) return String(value);
  return amountWords(value, dimension);
}

/** Facts of what was provisioned, by the name that a targets file gives them. */
export const PROVISIONED: Readonly<Record<keyof Provisioned, FactName>> = {
  sizeBytes: { name: "size", dimension: "bytes" },
  iops: { name: "iops", dimension: "count" },
  throughputBytesPerSecond: { name: "throughput", dimension: "bytes-per-second" },
  throughputPerTibBytesPerSecond: { name: "throughputPerTiB", dimension: "bytes-per-second" },
  storedBytes: { name: "stored", dimension: "bytes" },
  metadataIops: { name: "metadataIops", dimension: "count" },
  origin: { name: "origin" },
  initialised: { name: "initialised" },
  encrypted: { name: "encrypted" },
  zone: { name: "zone" },
  throughputMode: { name: "throughputMode" },
  performanceMode: { name: "performanceMode" },
  availability: { name: "availability" },
  fileClass: { name: "fileClass" },
  deployment: { name: "deployment" },
  medium: { name: "medium" },
  linkedToS3: { name: "linkedToS3" },
  untouchedDays: { name: "untouchedDays", dimension: "count" },
};

/** Facts of the machine, as sentences name them. */
export const INSTANCE: Readonly<Record<keyof Instance, FactName>> = {
  type: { name: "instance type" },
  region: { name: "region" },
  zone: { name: "zone" },
  ebsBaselineBytesPerSecond: { name: "EBS throughput", dimension: "bytes-per-second" },
  ebsMaximumBytesPerSecond: { name: "EBS maximum throughput", dimension: "bytes-per-second" },
  ebsBaselineIops: { name: "EBS IOPS", dimension: "count" },
  ebsMaximumIops: { name: "EBS maximum IOPS", dimension: "count" },
  networkBaselineBytesPerSecond: { name: "network", dimension: "bits-per-second" },
  networkMaximumBytesPerSecond: { name: "network maximum", dimension: "bits-per-second" },
};
