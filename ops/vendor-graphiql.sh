#!/usr/bin/env bash
# Remakes mentorgraph/static/graphiql from npm's packages; needs Node 20 or newer, and nothing afterwards.
#
# To update: raise versions in ops/graphiql/package.json, remove package-lock.json beside it, run this, look
# at the page. The lock file holds hashes and no addresses, so that any registry will do.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$here/../mentorgraph/static/graphiql
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp "$here"/graphiql/* "$work"
cd "$work"
npm install --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel=error
node build.js "$work/out"

mkdir -p "$target"
find "$target" -type f ! -name index.html -delete
cp out/* "$target"
cp package-lock.json "$here/graphiql/"
du -sh "$target"
