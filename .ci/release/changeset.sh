#!/bin/sh
# `npm run changeset`: installs the tools of a release and runs changesets in the root of the clone.
set -eu
npm ci --prefix .ci/release
exec .ci/release/node_modules/.bin/changeset "$@"
