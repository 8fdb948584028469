import { type DataColumn, dataColumns } from "../../src/model/data-column.ts";

/** Columns of `assay compare --format csv` that have a fixed name. */
export const COMPARISON: readonly DataColumn[] = dataColumns([
  ["scenario", "text", "name of the scenario"],
  ["phase", "text", "name of the phase, including its matrix settings"],
  ["operation", "text", "operation of the mix, or `all` for the whole phase"],
  ["column", "text", "column of the comparison; the first one is the reference"],
  ["target", "text", "name of the target"],
  ["target_kind", "text", "target kind"],
  ["run_id", "list", "ids of the runs in the column"],
  ["run_state", "list", "states of these runs, each once"],
  [
    "repetition",
    "count",
    "repetition with the median rate; all values but the metrics come from it",
  ],
  ["repetitions", "count", "repetitions of the phase in all runs of the column"],
  ["repetitions_compared", "count", "complete repetitions with a value, the sample of the tests"],
  ["phase_state", "text", "state of the phase: `complete`, `partial` or `failed`"],
  ["elapsed_ns", "ns", "measured time of the phase"],
  ["errors", "count", "failed operations"],
  ["served_from_cache_share", "share", "share of the bytes read that came from a cache"],
  ["buffered_writes", "true/false", "whether writes completed in the page cache"],
  ["warnings", "list", "warning codes of the phase"],
  ["absent_reason", "text", "why the row has no values; empty if it has"],
  ["plan_hash", "text", "SHA-256 of the plan"],
  ["plan_differences", "text", "settings in which the plans differ; empty if they are equal"],
  [
    "surroundings_differences",
    "text",
    "facts of storage, host and software that differ from the first column",
  ],
]);

/** Ends of the columns that `compare` has for each metric, with their unit and meaning. */
export const CONTRASTS: readonly DataColumn[] = dataColumns([
  ["ratio", "ratio", "ratio to the first column (Hodges-Lehmann estimate)"],
  ["ratio_low", "ratio", "lower end of the confidence interval of the ratio"],
  ["ratio_high", "ratio", "upper end of the confidence interval of the ratio"],
  ["ratio_confidence", "share", "confidence level of this interval"],
  [
    "ratio_basis",
    "text",
    "source of the interval: `repetitions`, or `intervals` within single runs",
  ],
  ["p", "probability", "p-value of the two-sided rank test over repetitions"],
  ["p_holm", "probability", "p-value after Holm's correction over all tests of the comparison"],
  [
    "superiority",
    "probability",
    "probability that a repetition of this column has the larger value; ties count half",
  ],
  ["shown", "text", "`faster`, `slower`, `~` for no significant difference, `?` if undecided"],
  [
    "withheld",
    "text",
    "why it is undecided: `few-repetitions`, `drift` of the storage, `incomplete` phase",
  ],
  [
    "shown_by",
    "text",
    "basis of `shown`: `rank-test`, or `run-to-run` for single runs that differ by more than " +
      "the assumed run-to-run variation",
  ],
]);

/** Columns of `assay verify --format csv`. */
export const VERDICTS: readonly DataColumn[] = dataColumns([
  ["claim_id", "text", "id of the claim"],
  ["says", "text", "the claim in one sentence"],
  [
    "role",
    "text",
    "meaning of the figure: `floor` (lower bound), `ceiling` (upper bound), `expected`, " +
      "`formula`, `comparison` or `superseded`",
  ],
  ["targets", "list", "targets that the verdict covers; two for a comparison"],
  ["verdict", "text", "`supported`, `refuted` or `inconclusive`"],
  ["reason_code", "text", "stable code of the reason, such as `agrees` or `client-bound`"],
  ["reason", "text", "the reason in one sentence"],
  ["settle", "text", "remedy: the run that would decide an inconclusive verdict"],
  [
    "unit",
    "text",
    "unit of `measured`, `figure` and their bounds: a base unit such as `IOPS`, `B/s`, `ns` or " +
      "`share`",
  ],
  ["measured", "unit of unit", "measured value; empty without evidence"],
  ["measured_low", "unit of unit", "lower end of its confidence interval"],
  ["measured_high", "unit of unit", "upper end of its confidence interval"],
  ["confidence", "share", "confidence level of the interval"],
  ["repetitions", "count", "repetitions that `measured` comes from"],
  ["relation", "text", "relation of the claim: `>=`, `>`, `<=`, `<`, `==`, `~` or `within`"],
  ["figure", "unit of unit", "published figure; empty if it cannot be calculated"],
  ["figure_low", "unit of unit", "lower end of a published range"],
  ["figure_high", "unit of unit", "upper end of a published range"],
  ["tolerance_share", "share", "tolerance around the figure"],
  ["reached_share", "share", "upper bounds only: share of the figure that was reached"],
  ["bound_by", "text", "limit that applied: `storage`, `instance`, `network`, `client` or `load`"],
  ["bound", "unit of bound_unit", "value of this limit"],
  [
    "bound_from",
    "text",
    "source of this limit: `declared`, `detected`, `described`, `measured` or `published`",
  ],
  ["caveats", "list", "known biases of the result, one sentence each, separated by `; `"],
  ["phases", "list", "phases that are the evidence"],
  ["run_ids", "list", "ids of their runs"],
  ["source_title", "text", "title of the page that publishes the figure"],
  ["source_address", "text", "address of this page"],
  ["source_date", "text", "date on which the figure was read there"],
  ["published_unit", "text", "unit of the figure as published, such as `MiB/s`"],
  ["bound_unit", "text", "unit of `bound`"],
  [
    "measured_is_lower_bound",
    "true/false",
    "whether the true value may be higher than `measured`, without a limit",
  ],
  ["measured_how", "text", "how the value and its interval were calculated"],
  ["scope", "text", "what the claim is about: `client`, one client; `system`, the whole storage"],
  [
    "clients",
    "list",
    "clients whose load was measured, of each side of a comparison; empty without `--hosts`",
  ],
  ["client_host", "text", "host whose values these are; empty if all were together"],
]);

/** Columns of `assay report --guide --format csv`, before those of the verdict. */
export const GUIDE: readonly DataColumn[] = dataColumns([
  ["statement_id", "text", "id of the statement, such as `G05`"],
  ["statement", "text", "the statement of the guide"],
  ["services", "list", "AWS services that the statement covers"],
  ["testable", "text", "whether a measurement can decide the statement: `yes`, `partly` or `no`"],
  ["statement_verdict", "text", "`supported`, `refuted` or `inconclusive`"],
  ["statement_reason_code", "text", "stable code of the reason"],
  ["statement_reason", "text", "the reason in one sentence"],
  ["statement_settle", "text", "remedy: the run that would decide an inconclusive verdict"],
  ["target_kinds", "list", "kinds of the targets; empty without a run"],
  [
    "emulated",
    "true/false",
    "whether a target only imitates its AWS storage type; empty without a run",
  ],
]);
