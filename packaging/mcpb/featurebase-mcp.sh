#!/bin/sh
# The bundle has a program for each processor, and a manifest can only tell systems apart.
case $(uname -m) in
aarch64 | arm64) processor=arm64 ;;
*) processor=amd64 ;;
esac
exec "$(dirname "$0")/featurebase-mcp-$processor" "$@"
