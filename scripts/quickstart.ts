/**
 * `npm run quickstart`: the command `assay demo` from the sources.
 */

process.argv.splice(2, 0, "demo");
await import("../src/main.ts");
