/** Bounds of stored values, without the schema: its code takes longer to load than a list. */

/** Maximum length of a name; names of phases include their matrix settings. */
export const MAX_NAME = 65_536;

/** 31 years in nanoseconds, above the duration of any run. */
export const MAX_NS = 1e18;

/** Maximum length of a list. Reports iterate over lists once per row. */
export const MAX_ENTRIES = 100_000;

/** UTC time as written by `Date.toISOString`. */
export const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

/** Id of a run: the name of its directory. */
export const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;
