# ./pno test and ./pno format. Sourced by ./pno, in the root of the tree.

readonly TEST_HELP='Usage: pno test [--unit] [--long]
Runs all tests, the unprivileged ones first: formatting, sizes and known mistakes, unit tests of Java and of the shim,
then real programs and kernel peers in network namespaces. The last line says how many passed, failed, were skipped.
      --unit   only what needs no namespaces, devices or other programs
      --long   also the tests that take many minutes'

readonly FORMAT_HELP='Usage: pno format
Formats the sources as ./pno test wants them.'

pno_test() {
    local skip_system=false excluded=system,long option
    for option; do
        case $option in
            --unit) skip_system=true ;;
            --long) excluded=system ;;
            -h | --help) echo "$TEST_HELP" && return ;;
            *) die "pno test: unknown option '$option'; see pno test --help." ;;
        esac
    done
    need_command mvn maven
    (build)
    rm -rf ./*/target/*-reports .pno/test-*.log
    local broken=0
    say "checking formatting and sizes"
    (maven lint -N checkstyle:check spotless:check) || broken=1
    say "compiling with Error Prone"
    (maven strict -Pstrict -fae test-compile) || broken=1
    test_shim || broken=1
    say "testing the Java side"
    (maven test-java -fae -Dmaven.test.failure.ignore -Dpno.system.skip="$skip_system" \
        -Dpno.surefire.excludedGroups="$excluded" test) || broken=1
    tell_failures
    count_tests && ((broken == 0))
}

test_shim() {
    [[ -e shim/Makefile ]] || return 0
    say "testing the shim"
    make -s -C shim test > .pno/test-shim.log 2>&1
}

# Shows what failed; a failed test is no failure of Maven's here, so that the others still run.
tell_failures() {
    { grep -E '^\[ERROR\]   [A-Za-z]|^\[ERROR\] (Failures|Errors):' .pno/test-java.log || true; } | sort -u >&2
    grep -qE '(^|[^0-9])[1-9][0-9]* failed' .pno/test-shim.log 2> /dev/null && cat .pno/test-shim.log >&2
    say "all output is in .pno/test-java.log and .pno/test-shim.log"
}

# Prints "N passed, N failed, N skipped" as the last line, from the summary that each run of Java's tests ends with (the
# XML reports lose the properties of a class that has tests too) and that of the shim's.
count_tests() {
    local passed=0 failed=0 skipped=0 line
    while IFS= read -r line; do
        if [[ $line =~ $SUREFIRE_SUMMARY ]]; then
            passed=$((passed + BASH_REMATCH[1] - BASH_REMATCH[2] - BASH_REMATCH[3] - BASH_REMATCH[4]))
            failed=$((failed + BASH_REMATCH[2] + BASH_REMATCH[3]))
            skipped=$((skipped + BASH_REMATCH[4]))
        elif [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
            passed=$((passed + BASH_REMATCH[1]))
            failed=$((failed + BASH_REMATCH[2]))
            skipped=$((skipped + BASH_REMATCH[3]))
        fi
    done < <(cat .pno/test-java.log .pno/test-shim.log 2> /dev/null)
    echo "$passed passed, $failed failed, $skipped skipped"
    ((failed == 0 && passed > 0))
}

pno_format() {
    case ${1:-} in
        "") ;;
        -h | --help) echo "$FORMAT_HELP" && return ;;
        *) die "pno format: unknown option '$1'; see pno format --help." ;;
    esac
    need_command mvn maven
    mkdir -p .pno
    maven format -N spotless:apply
    [[ ! -e shim/Makefile ]] || make -s -C shim format
}
