import { z } from "zod";
import { REQUEST_CLASSES } from "../../model/plan/operation-rows.ts";
import { RESTORE_TIERS } from "../../model/plan/plan.ts";
import type { Cost, CostLine, PriceSource } from "../../model/run/cost.ts";
import type { Fields } from "../../model/run/stored-json.ts";
import { STORAGE_CLASSES } from "../../model/target/storage-class.ts";
import { MAX_ENTRIES } from "./bounds.ts";
import { amount, text } from "./values.ts";

const line = z
  .object({
    what: text.describe("source of the requests: a phase, `preparation` or `cleaning`"),
    requestClass: z.enum(REQUEST_CLASSES).describe("price class of the requests"),
    storageClass: z.enum(STORAGE_CLASSES).describe("storage class of the objects"),
    requests: amount.describe("number of requests"),
    sentBytes: amount.describe("bytes sent to the bucket"),
    receivedBytes: amount.describe("bytes received from the bucket"),
    storedObjects: amount.describe("objects written, some of which have a minimum charge"),
    tier: z.enum(RESTORE_TIERS).exactOptional().describe("restore tier; absent without restores"),
    days: amount.exactOptional().describe("days that restored copies are kept"),
    copiedBytes: amount.exactOptional().describe("bytes that S3 copied itself"),
    usd: amount.describe("cost in USD"),
  } satisfies Fields<CostLine>)
  .meta({ id: "CostLine", description: "Requests of one price class and their cost." });

/** Requests of one price class, without a price. */
export const usage = line.omit({ usd: true });

const source = z.object({
  title: text.describe("title of the price page"),
  address: text.describe("address of the price page"),
  date: text.describe("date on which the prices were read"),
} satisfies Fields<PriceSource>);

export const cost = z
  .object({
    lines: z.array(line).max(MAX_ENTRIES).describe("cost by phase and price class"),
    totalUsd: amount.describe("total cost of the requests in USD"),
    transferOutUsd: amount.describe("cost of the data transfer if the client is outside of AWS"),
    region: text.describe("AWS Region of the prices"),
    sources: z.array(source).max(MAX_ENTRIES).describe("published price lists"),
    charged: z.boolean().describe("false for an S3 server that AWS does not operate"),
    assumedMs: amount
      .exactOptional()
      .describe("estimates only: assumed minimum time per operation in milliseconds"),
  } satisfies Fields<Cost>)
  .meta({ id: "Cost", description: "S3 request cost of a run, estimated or actual." });
