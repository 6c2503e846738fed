#!/bin/sh
# Runs test programs, each with a fake DPU beside it. Fails if one does.
failed=0
for suite; do
    echo "# $suite"
    timeout 900 "$(dirname "$suite")/fakedpu" "$suite" || failed=1
done
exit $failed
