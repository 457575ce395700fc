#!/usr/bin/env bash
# Build the explorer from api/explorer into the package; with --check, fail where that changes a
# byte of what is committed. Needs node 20.19 or later and npm.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../api/explorer"
npm ci --no-audit --no-fund --loglevel=error
npm run --silent build
if [ "${1:-}" = "--check" ]; then
    changed=$(git status --porcelain -- ../graphmem_api/explorer/dist)
    if [ -n "$changed" ]; then
        printf 'the committed build is not what the sources give:\n%s\n' "$changed" >&2
        exit 1
    fi
fi
