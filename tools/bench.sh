# What pno bench needs beside the command itself. Sourced by ./pno, in the root of the tree.

readonly MICRO_HELP='Usage: pno bench micro [--json] [PATTERN...]
Measures the parts by themselves (JMH; the shim by its own benchmark) and fails where one exceeds its budget.
      PATTERN   only Java benchmarks whose names match this regular expression
      --json    tell the result as JSON, and nothing else on standard output'

bench_prepare() {
    case ${1:-} in
        micro) bench_micro "${@:2}" ;;
        interop) build_program transfer ;;
        *) build_program echo ;;
    esac
}

bench_micro() {
    local exceeded=0 json=
    if [[ ${1:-} == -h || ${1:-} == --help ]]; then
        echo "$MICRO_HELP"
        return
    elif [[ ${1:-} == --json ]]; then
        json=$1
        shift
    fi
    say "building the benchmarks"
    maven bench -pl pno-bench -am -Dmaven.test.skip=true package
    [[ -z $json ]] || echo '{"benchmarks":['
    "$JAVA_HOME/bin/java" "${JVM[@]}" --sun-misc-unsafe-memory-access=allow \
        -cp 'pno-bench/target/lib/*' org.pno.bench.Benchmarks $json "$@" || exceeded=1
    if [[ -e shim/Makefile && $# -eq 0 ]]; then
        [[ -z $json ]] || echo ,
        make -s -C shim bench BENCH_FLAGS="$json" || exceeded=1
    fi
    [[ -z $json ]] || echo ']}'
    return "$exceeded"
}
