package org.pno.cli.compat.suites;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a unit of a suite went.
 *
 * @param ran how many tests told of their end
 * @param ended false if the unit itself was cut off
 * @param failed the names of the tests that failed
 */
record Outcome(int ran, boolean ended, Set<String> failed) {
    /** Reads a unit's output: each match of either pattern is a test; the first group of a failed one is its name. */
    static Outcome of(final String output, final boolean ended, final Pattern passed, final Pattern failed) {
        final long told = Stream.of(passed, failed)
                .mapToLong(pattern -> pattern.matcher(output).results().count())
                .sum();
        return new Outcome((int) told, ended, names(output, failed));
    }

    /** The first group of each match. */
    static Set<String> names(final String output, final Pattern pattern) {
        return pattern.matcher(output)
                .results()
                .map(line -> line.group(1).strip())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What went worse here than there, in words; tests of those names may fail. */
    List<String> worseThan(final Outcome other, final Set<String> known) {
        final List<String> differences = new ArrayList<>();
        if (other.ended && !ended) {
            differences.add("no end");
        }
        if (ran != other.ran) {
            differences.add(ran + " tests and not " + other.ran);
        }
        failed.stream()
                .filter(name -> !other.failed.contains(name) && !known.contains(name))
                .forEach(differences::add);
        return differences;
    }

    @Override
    public String toString() {
        return ran + " tests, " + failed.size() + " failed" + (ended ? "" : ", no end");
    }
}
