package org.pno.sim.run;

import java.nio.file.Path;

/** What was typed behind {@code pno sim}. */
record SimOptions(
        boolean isHelp, boolean isMutants, boolean isReplay, boolean isJson, long from, int seeds, Path pcap) {
    static final int DEFAULT_SEEDS = 1_000;

    static final String HELP = """
            Usage: pno sim [--seeds N] [--from S] [--json]
                   pno sim --seed S [--pcap FILE] [--json]
                   pno sim --mutants
            Plays whole systems - engines, bridges, host programs - under one virtual clock over a faulty network, and
            checks every byte, window, ACK and what is given back. A run is a function of its seed alone.
                  --seeds N    so many runs, %d without it
                  --from S     the first seed, 1 without it
                  --json       {"runs":N,"virtualSeconds":...,"failures":[{"seed":...,"what":...}]}
                  --seed S     plays this one seed again
                  --pcap FILE  writes its frames to a capture file (pcapng)
                  --mutants    breaks the stack in known ways, one after another, and tells which seed finds it
            Exit code: 0 all well, 1 a run failed or a mutant survived, 2 typed wrongly.""".formatted(DEFAULT_SEEDS);

    static SimOptions parse(final String[] arguments) {
        boolean isHelp = false;
        boolean isMutants = false;
        boolean isJson = false;
        Long from = null;
        Long seed = null;
        Long seeds = null;
        Path pcap = null;
        for (int i = 0; i < arguments.length; i++) {
            final String name = arguments[i];
            switch (name) {
                case "-h", "--help" -> isHelp = true;
                case "--mutants" -> isMutants = true;
                case "--json" -> isJson = true;
                case "--from" -> from = number(arguments, ++i, Long.MIN_VALUE);
                case "--seed" -> seed = number(arguments, ++i, Long.MIN_VALUE);
                case "--seeds" -> seeds = number(arguments, ++i, 1);
                case "--pcap" -> pcap = Path.of(value(arguments, ++i));
                default -> throw new IllegalArgumentException("unknown option '" + name + "'");
            }
        }
        require(seed == null || seeds == null && from == null, "--seed goes without --seeds and --from");
        require(pcap == null || seed != null, "--pcap needs --seed: the frames of one run");
        require(!isMutants || seed == null && seeds == null && from == null && !isJson, "--mutants goes alone");
        require(seeds == null || seeds <= Integer.MAX_VALUE, "--seeds is " + seeds + ", at most 2147483647");
        return new SimOptions(
                isHelp,
                isMutants,
                seed != null,
                isJson,
                seed != null ? seed : from != null ? from : 1,
                seeds == null ? DEFAULT_SEEDS : seeds.intValue(),
                pcap);
    }

    private static String value(final String[] arguments, final int at) {
        require(at < arguments.length, arguments[at - 1] + " needs a value");
        return arguments[at];
    }

    private static Long number(final String[] arguments, final int at, final long least) {
        final String text = value(arguments, at);
        try {
            final Long number = Long.valueOf(text);
            require(number >= least, arguments[at - 1] + " is " + text + ", must be " + least + " or more");
            return number;
        } catch (final NumberFormatException e) {
            throw new IllegalArgumentException(arguments[at - 1] + " '" + text + "' is no whole number", e);
        }
    }

    private static void require(final boolean holds, final String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
