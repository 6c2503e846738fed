package org.pno.observe;

/** Writes JSON: objects and arrays of strings and numbers. Commas and escapes are its business. */
final class JsonWriter {
    private final StringBuilder text = new StringBuilder();
    private boolean needsComma;

    JsonWriter beginObject() {
        return open('{');
    }

    JsonWriter endObject() {
        return close('}');
    }

    JsonWriter beginArray() {
        return open('[');
    }

    JsonWriter endArray() {
        return close(']');
    }

    private JsonWriter open(final char bracket) {
        separate();
        text.append(bracket);
        needsComma = false;
        return this;
    }

    private JsonWriter close(final char bracket) {
        text.append(bracket);
        needsComma = true;
        return this;
    }

    /** The name of what comes next. */
    JsonWriter name(final String name) {
        separate();
        quote(name);
        text.append(':');
        needsComma = false;
        return this;
    }

    JsonWriter field(final String name, final String value) {
        name(name);
        separate();
        quote(value);
        needsComma = true;
        return this;
    }

    JsonWriter field(final String name, final long value) {
        name(name);
        text.append(value);
        needsComma = true;
        return this;
    }

    /** A number with three decimals, such as microseconds made of nanoseconds. */
    JsonWriter fieldThousandth(final String name, final long thousandths) {
        name(name);
        final long whole = thousandths / 1_000;
        final long rest = Math.abs(thousandths % 1_000);
        text.append(whole).append('.').append((char) ('0' + rest / 100));
        text.append((char) ('0' + rest / 10 % 10)).append((char) ('0' + rest % 10));
        needsComma = true;
        return this;
    }

    private void separate() {
        if (needsComma) {
            text.append(',');
        }
        needsComma = false;
    }

    private void quote(final String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            final char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
