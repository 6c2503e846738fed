# ./pno test and ./pno format. Sourced by ./pno, in the root of the tree.

readonly TEST_HELP='Usage: pno test [--unit] [--long] [--sanitize] [--fuzz SECONDS]
Runs all tests, the unprivileged ones first: formatting, sizes and known mistakes, unit tests of Java and of the shim,
then real programs and kernel peers in network namespaces. The last line says how many passed, failed, were skipped.
      --unit   only what needs no namespaces, devices or other programs
      --long   also the tests that take many minutes
      --sanitize   the tests of the shim also under the sanitizers of addresses, undefined behaviour and threads: some minutes
      --fuzz SECONDS   how long each fuzz target is given new inputs; 2 by default, 0 for not at all'

readonly FORMAT_HELP='Usage: pno format
Formats the sources as ./pno test wants them.'

pno_test() {
    local skip_system=false excluded=system,long fuzz_seconds=2 sanitize=false
    while (($# > 0)); do
        case $1 in
            --unit) skip_system=true ;;
            --long) excluded=system ;;
            --sanitize) sanitize=true ;;
            --fuzz)
                [[ ${2:-} =~ ^[0-9]+$ ]] || die "pno test --fuzz: want a number of seconds, not '${2:-}'."
                fuzz_seconds=$2
                shift
                ;;
            -h | --help) echo "$TEST_HELP" && return ;;
            *) die "pno test: unknown option '$1'; see pno test --help." ;;
        esac
        shift
    done
    need_command mvn maven
    want_fabric
    (build)
    rm -rf ./*/target/*-reports .pno/test-*.log
    local broken=0
    say "checking formatting and sizes"
    (maven lint -N checkstyle:check spotless:check) || broken=1
    say "compiling with Error Prone"
    (maven strict -Pstrict -fae test-compile) || broken=1
    test_shim || broken=1
    [[ $sanitize == false ]] || sanitize_shim || broken=1
    say "testing the Java side"
    (maven test-java -fae -Dmaven.test.failure.ignore -Dpno.system.skip="$skip_system" \
        -Dpno.surefire.excludedGroups="$excluded" test) || broken=1
    fuzz "$fuzz_seconds" || broken=1
    tell_failures
    count_tests && ((broken == 0))
}

# The tests of the fabric bus are skipped without libfabric; as root on Debian it is installed.
want_fabric() {
    PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -q 'libfabric\.so\.1 ' || apt_install libfabric1 ||
        say "libfabric.so.1 was not found (package libfabric1): tests of the fabric bus will be skipped"
}

readonly FUZZ_TARGETS=(
    org.pno.fuzz.{FrameTarget,FragmentTarget,NeighbourTarget,SegmentTarget,TextTarget}
    org.pno.bridge.{WireTarget,Wire6Target,LinkTarget}
    org.pno.dpu.DescriptorTarget
    org.pno.cli.RuleTarget
)

# Gives each fuzz target $1 seconds of new inputs. Those that lead somewhere new stay in .pno/fuzz, for the next time; one
# that fails lies there too, as TARGET-crash-*, and goes into the module's src/test/resources/fuzz with the repair.
fuzz() {
    (($1 > 0)) || return 0
    say "fuzzing ${#FUZZ_TARGETS[@]} targets for $1 s each"
    local module classes=
    for module in pno-testkit pno-cli; do
        classes+="$module/target/classes:$module/target/test-classes:"
    done
    (maven fuzz -Pfuzz -pl pno-testkit -am test-compile dependency:build-classpath \
        -Dmdep.includeScope=test -Dmdep.outputFile="$PWD/.pno/fuzz.classpath") || return
    local target name corpus failed=0
    for target in "${FUZZ_TARGETS[@]}"; do
        name=${target##*.}
        corpus=(pno-*/src/test/resources/fuzz/"$name")
        mkdir -p ".pno/fuzz/$name"
        "$JAVA_HOME/bin/java" "${JVM[@]}" -Xmx1g \
            -cp "$classes$(< .pno/fuzz.classpath)" \
            com.code_intelligence.jazzer.Jazzer --target_class="$target" --instrumentation_includes='org.pno.**' \
            -max_total_time="$1" -rss_limit_mb=4096 -max_len=4096 -artifact_prefix=".pno/fuzz/$name-" \
            --reproducer_path=.pno/fuzz ".pno/fuzz/$name" "${corpus[0]}" \
            > ".pno/fuzz-$name.log" 2>&1 && continue
        say "  $target failed, see .pno/fuzz-$name.log:"
        grep -m1 -A8 '== Java Exception' ".pno/fuzz-$name.log" >&2 || tail -n 5 ".pno/fuzz-$name.log" >&2
        failed=1
    done
    return "$failed"
}

test_shim() {
    [[ -e shim/Makefile ]] || return 0
    say "testing the shim"
    make -s -C shim test > .pno/test-shim.log 2>&1
}

sanitize_shim() {
    say "testing the shim under sanitizers"
    { make -s -C shim test-asan && make -s -C shim tsan; } > .pno/test-shim-sanitized.log 2>&1
}

# Shows what failed; a failed test is no failure of Maven's here, so that the others still run.
tell_failures() {
    { grep -E '^\[ERROR\]   [A-Za-z]|^\[ERROR\] (Failures|Errors):' .pno/test-java.log || true; } | sort -u >&2
    local log
    for log in .pno/test-shim.log .pno/test-shim-sanitized.log; do
        grep -qE '(^|[^0-9])[1-9][0-9]* failed' "$log" 2> /dev/null && cat "$log" >&2
    done
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
    done < <(cat .pno/test-java.log .pno/test-shim.log .pno/test-shim-sanitized.log 2> /dev/null)
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
