package org.pno.dpu;

/**
 * How long the loop may look for work before it sleeps, as {@code --spin} says it: {@code auto}, {@code off}, or the
 * most microseconds. {@code auto} is off where the process may run on fewer than four CPUs: with the program, the
 * kernel's work and the peer beside it, no core is the DPU's own there, and whoever spins takes time from those it
 * waits for.
 *
 * @param maxNs 0 for off
 */
public record Spin(long maxNs) {
    /** The house's bound (rule 9). */
    public static final int MAX_MICROS = 50;

    private static final int CPUS_TO_SPIN = 4;
    private static final long NANOS_PER_MICRO = 1_000;

    /**
     * Reads an option's value.
     *
     * @throws DpuException if it is none of the three
     */
    public static Spin parse(final String text) {
        return parse(text, Runtime.getRuntime().availableProcessors());
    }

    static Spin parse(final String text, final int cpus) {
        return switch (text) {
            case "off" -> new Spin(0);
            case "auto" -> new Spin(cpus < CPUS_TO_SPIN ? 0 : MAX_MICROS * NANOS_PER_MICRO);
            default -> new Spin(micros(text) * NANOS_PER_MICRO);
        };
    }

    private static int micros(final String text) {
        try {
            final int micros = Integer.parseInt(text);
            if (micros >= 1 && micros <= MAX_MICROS) {
                return micros;
            }
        } catch (final NumberFormatException e) {
            throw refused(text);
        }
        throw refused(text);
    }

    private static DpuException refused(final String text) {
        return new DpuException("--spin " + text + ": say auto, off, or microseconds from 1 to " + MAX_MICROS);
    }
}
