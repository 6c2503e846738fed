package org.pno.sim.world;

import java.util.SplittableRandom;

/** Draws what scenarios are made of. */
final class Draw {
    private final SplittableRandom random;

    Draw(final SplittableRandom random) {
        this.random = random;
    }

    /** True once in so many times. */
    boolean oneIn(final int count) {
        return random.nextInt(count) == 0;
    }

    int below(final int bound) {
        return random.nextInt(bound);
    }

    int between(final int least, final int most) {
        return random.nextInt(least, most + 1);
    }

    double chance(final double most) {
        return random.nextDouble(most);
    }

    /** Small and large values alike: evenly drawn by their logarithm. */
    long spread(final long least, final long most) {
        return Math.clamp((long) (least * Math.pow((double) most / least, random.nextDouble())), least, most);
    }

    int spread(final int least, final int most) {
        return (int) spread((long) least, most);
    }

    long nextLong() {
        return random.nextLong();
    }

    @SafeVarargs
    final <T> T oneOf(final T... values) {
        return values[random.nextInt(values.length)];
    }
}
