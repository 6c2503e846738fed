# What pno sim needs: the testkit, which is no part of what is shipped. Sourced by ./pno, in the root of the tree.

# Plays the simulator; the arguments are its own.
pno_sim() {
    stale_sim && build_simulator
    # Runs share nothing, so each core plays its own; the collector must not get in their way.
    exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -XX:+UseParallelGC -XX:ParallelGCThreads=2 \
        -XX:+UseCompactObjectHeaders -XX:-UsePerfData -Xmx2g ${PNO_JAVA_OPTIONS:-} \
        "-Dpno.home=$PWD" -cp '.pno/sim/*' org.pno.sim.run.SimCommand "$@"
}

stale_sim() { stale sim "${JAVA_SOURCES[@]}" pno-testkit/{pom.xml,src/main}; }

build_simulator() {
    mkdir -p .pno
    exec {lock}> .pno/lock
    flock "$lock"
    stale_sim && build_part sim build_testkit
    exec {lock}>&-
}

build_testkit() {
    need_command mvn maven
    say "building the simulator"
    rm -rf pno-testkit/target/lib
    maven sim -pl pno-testkit -am -Dmaven.test.skip=true package
    rm -rf .pno/sim
    mv pno-testkit/target/lib .pno/sim
}
