#!/bin/sh
# Prints what a push to main releases, as outputs of a step of GitHub Actions:
# changesets: whether there are changes to collect in a version; unpublished: whether the
# registry lacks the version of package.json.
set -eu
changesets=false
for file in .changeset/*.md; do
  if [ -e "$file" ] && [ "$file" != .changeset/README.md ]; then changesets=true; fi
done

name=$(node -p 'require("./package.json").name')
version=$(node -p 'require("./package.json").version')
unpublished=false
if ! answer=$(npm view "$name@$version" version 2>&1); then
  case $answer in
    # Another failure, such as of the network, does not mean that the version is missing.
    *E404*) unpublished=true ;;
    *) printf '%s\n' "$answer" >&2; exit 1 ;;
  esac
elif [ -z "$answer" ]; then
  # The package exists, but not this version.
  unpublished=true
fi
printf 'changesets=%s\nversion=%s\nunpublished=%s\n' "$changesets" "$version" "$unpublished"
