# What the DPU's JVM knows when it starts: its classes, linked, and which methods are hot and how. Sourced by ./pno, in
# the root of the tree.
#
# It learns by serving: two DPUs joined by a ring, a program under the shim at each, for some seconds. No root, no
# interface. .pno/trained.aot belongs to the jars and to the JVM of the moment: another JVM finds that out and does
# without, and so does everything where training has failed.

readonly TRAINED=.pno/trained.aot

train() {
    [[ -e shim/build/libpno.so ]] || return 0
    say "training the DPU's JVM"
    build_program echo
    local place
    place=$(mktemp -d "${TMPDIR:-/tmp}/pno-train.XXXXXX")
    (trap 'kill $(jobs -p) 2> /dev/null; wait; rm -rf "$place"' EXIT && lessons "$place") &> .pno/train.log || {
        say "that failed, see .pno/train.log; a DPU will only be slower at its start."
        rm -f "$TRAINED"
    }
}

# Serves small requests, large ones, and short connections; what was learnt is written when the DPU ends.
lessons() {
    local place=$1 server port=$((20000 + RANDOM % 10000)) # Of this machine's, which others may use as well.
    training_dpu client 10.77.0.2 & # It only plays the peer.
    training_dpu server 10.77.0.1 "-XX:AOTCacheOutput=$root/$TRAINED" &
    server=$!
    await test -e "$place/server" && await test -e "$place/client" || return
    over server .pno/echo serve 10.77.0.1 "$port" &
    await client drive 1 64 1 0.1 || return
    local kind connections bytes pipeline seconds
    while read -r kind connections bytes pipeline seconds; do
        await client "$kind" "$connections" "$bytes" "$pipeline" "$seconds" || return
    done <<< $'drive 32 64 1 2\ndrive 1 64 1 0.5\nconnect 8 64 1 0.5\ndrive 8 16384 1 0.5\ndrive 32 512 4 1'
    kill "$server"
    wait "$server" || true # It ends as told by a signal.
    [[ -s $TRAINED ]]
}

training_dpu() {
    exec "$JAVA_HOME/bin/java" "${JVM[@]}" "${@:3}" org.pno.cli.Main dpu \
        --port "ring:$place/wire" --ip "$2/24" --socket "$place/$1"
}

# Becomes a program under the shim, its DPU's socket named $1.
over() {
    exec env "PNO_SOCKET=$place/$1" "LD_PRELOAD=$root/shim/build/libpno.so" "${@:2}"
}

client() {
    (over client timeout 20 .pno/echo "$1" 10.77.0.1 "$port" "${@:2}")
}

# Does it until it succeeds, twenty seconds at most.
await() {
    local deadline=$((SECONDS + 20))
    until "$@"; do
        ((SECONDS < deadline)) || return
        sleep 0.1
    done
}
