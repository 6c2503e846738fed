# Builds what is stale, under a lock. Sourced by ./pno, in the root of the tree.
#
# .pno/lib holds the jars that run; they are replaced as a whole, so that a DPU that is running keeps its own.
# .pno/NAME.stamp is as old as the start of the last build that succeeded.

readonly JAVA_SOURCES=(pom.xml pno-{base,wire,engine,ports,link,dpu,cli}/{pom.xml,src/main})

# What each run of Java tests ends with; a line of one class goes on behind it.
readonly SUREFIRE_SUMMARY='^\[[A-Z]+\] Tests run: ([0-9]+), Failures: ([0-9]+), Errors: ([0-9]+), Skipped: ([0-9]+)$'

# True if part $1 has never been built or anything under the paths that follow changed since.
stale() {
    [[ ! -e .pno/$1.stamp || -n $(find "${@:2}" -newer ".pno/$1.stamp" -print -quit 2> /dev/null) ]]
}

stale_java() { stale java "${JAVA_SOURCES[@]}"; }

stale_shim() { [[ -e shim/Makefile ]] && stale shim shim -path shim/build -prune -o; }

build() {
    stale_java || stale_shim || return 0
    mkdir -p .pno 2> /dev/null && [[ -w .pno ]] ||
        die "sources changed since the last build, and $(id -un) may not write to $PWD:" \
            "build as its owner, or use a clone of your own."
    exec {lock}> .pno/lock
    flock -n "$lock" || {
        say "waiting for another build"
        flock "$lock"
    }
    stale_shim && build_part shim build_shim
    stale_java && build_part java build_java && train
    exec {lock}>&-
}

# Runs the function $2; part $1 is fresh if it succeeds.
build_part() {
    touch ".pno/$1.begun"
    "$2"
    mv ".pno/$1.begun" ".pno/$1.stamp"
}

build_shim() {
    need_command gcc gcc libc6-dev
    need_command make make
    say "building the shim"
    make -s -C shim > .pno/shim.log 2>&1 || {
        cat .pno/shim.log >&2
        die "building the shim failed, see above."
    }
}

# Of the programs in C that benchmarks and training need; no part of what is shipped.
build_program() {
    need_command gcc gcc libc6-dev
    [[ .pno/$1 -nt pno-bench/src/main/c/$1.c ]] ||
        gcc -std=c11 -O2 -Wall -Wextra -Werror -pthread -o ".pno/$1" "pno-bench/src/main/c/$1.c"
}

build_java() {
    need_command mvn maven
    say "building the Java side"
    rm -rf pno-cli/target/lib
    maven java -pl pno-cli -am -Dmaven.test.skip=true package
    rm -rf .pno/lib.old "$TRAINED"
    [[ ! -e .pno/lib ]] || mv .pno/lib .pno/lib.old
    mv pno-cli/target/lib .pno/lib
    rm -rf .pno/lib.old
}

# Runs Maven with its output in .pno/$1.log; shows progress, and on failure the errors.
maven() {
    local log=.pno/$1.log
    if ! mvn -B "${@:2}" 2>&1 | tee "$log" | show_progress; then
        grep -E '^\[ERROR\] .|^\[WARNING\] /' "$log" | grep -vE 'Help 1|re-run|rf :|After correcting|To see the' |
            head -n 60 >&2
        die "Maven failed; all of its output is in $PWD/$log."
    fi
}

show_progress() {
    local line downloads=0
    while IFS= read -r line; do
        if [[ $line =~ ^\[INFO\]\ Building\ ([^ ]+)\ .*\[([0-9]+/[0-9]+)\]$ ]]; then
            say "  ${BASH_REMATCH[2]} ${BASH_REMATCH[1]}"
        elif [[ $line =~ $SUREFIRE_SUMMARY ]]; then
            say "      ${BASH_REMATCH[1]} tests, $((BASH_REMATCH[2] + BASH_REMATCH[3])) failed"
        elif [[ $line == *"Downloaded from"* ]] && ((++downloads % 100 == 1)); then
            say "  downloading what Maven needs ($downloads files so far)"
        fi
    done
}
