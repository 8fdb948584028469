#!/bin/sh
# `npm ci` runs this last: the `node` of npm scripts must be Node 24 or newer.
needed=24
own=node_modules/.bin/node

# npm 10 links no program of a package that only a local package depends on.
for program in node_modules/node-linux-*/bin/node; do
  if [ ! -e "$own" ] && [ -x "$program" ]; then
    mkdir -p node_modules/.bin && ln -sf "../../$program" "$own"
  fi
done

# The Node in the lock file needs glibc. Elsewhere its link would hide the Node of the system.
if [ -e "$own" ] && ! "$own" --version >/dev/null 2>&1; then
  rm -f "$own"
fi

found=$(node --version 2>/dev/null)
major=${found#v}
major=${major%%.*}
if [ "${major:-0}" -ge "$needed" ]; then
  # An installation from git packs this directory from another one, without `prepack`.
  if [ "${INIT_CWD:-$PWD}" != "$PWD" ]; then
    npm run build
  elif [ -d node_modules/rolldown ]; then
    # Without it, threads load the sources: slower, but the same.
    node scripts/bundle-worker.ts || echo "The worker is not bundled; runs use its sources." >&2
  fi
  exit 0
fi
echo "assay needs Node $needed or newer, found ${found:-none}. \`npm ci\` installs Node $needed only" \
  "on Linux with glibc on x64 or arm64. Install Node $needed from https://nodejs.org and run" \
  "\`npm ci\` again." >&2
exit 1
