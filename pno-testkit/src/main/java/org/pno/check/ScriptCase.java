package org.pno.check;

import java.util.function.Consumer;

/**
 * One script by name.
 *
 * @param group the subject, a class's name without "Scripts"
 * @param family what it is played over
 * @param because why it does not run on both sides, or empty
 */
public record ScriptCase(String group, String name, Family family, Where where, String because, Consumer<Script> play) {
    public ScriptCase {
        if (where == Where.BOTH != because.isEmpty()) {
            throw new IllegalArgumentException(name + " runs on " + where + ": the reason given is '" + because + "'");
        }
    }

    /** One over IPv4. */
    public ScriptCase(
            final String group,
            final String name,
            final Where where,
            final String because,
            final Consumer<Script> play) {
        this(group, name, Family.IPV4, where, because, play);
    }

    /** The same over IPv6. */
    public ScriptCase overIpv6() {
        return new ScriptCase(group, name, Family.IPV6, where, because, play);
    }

    /** Plays the script on this target, and lets the target go. */
    public void run(final Endpoint endpoint) {
        try (Script script = new Script(endpoint)) {
            try {
                play.accept(script);
                script.finish();
            } catch (final AssertionError | RuntimeException e) {
                throw new AssertionError(this + " on " + endpoint.name() + ": " + e.getMessage() + script.trace(), e);
            }
        }
    }

    @Override
    public String toString() {
        return group + ": " + name + (family == Family.IPV6 ? " by IPv6" : "");
    }
}
