package org.pno.check;

import java.util.function.Consumer;

/**
 * One script by name.
 *
 * @param group the subject, a class's name without "Scripts"
 * @param because why it does not run on both sides, or empty
 */
public record ScriptCase(String group, String name, Where where, String because, Consumer<Script> play) {
    public ScriptCase {
        if (where == Where.BOTH != because.isEmpty()) {
            throw new IllegalArgumentException(name + " runs on " + where + ": the reason given is '" + because + "'");
        }
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
        return group + ": " + name;
    }
}
