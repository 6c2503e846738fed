package org.pno.cli.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Reads JSON (RFC 8259) as maps, lists, strings, doubles, truth values and nulls. For what the DPU answers: small and
 * well-formed; what is not is an {@link IllegalArgumentException} that names the place.
 */
public final class JsonReader {
    private static final int MAX_DEPTH = 64;

    private final String text;
    private int at;
    private int depth;

    private JsonReader(final String text) {
        this.text = text;
    }

    public static Object read(final String text) {
        final JsonReader reader = new JsonReader(text);
        final Object value = reader.value();
        if (reader.next() != 0) {
            throw reader.unexpected();
        }
        return value;
    }

    /** The list that a member of an object is; empty if there is none. */
    @SuppressWarnings("unchecked")
    public static List<Map<String, Object>> objects(final Object object, final String member) {
        final Object list = ((Map<String, Object>) object).get(member);
        return list == null ? List.of() : (List<Map<String, Object>>) list;
    }

    private Object value() {
        return switch (next()) {
            case '{' -> nested(this::object);
            case '[' -> nested(this::array);
            case '"' -> string();
            case 't' -> literal("true", true);
            case 'f' -> literal("false", false);
            case 'n' -> literal("null", null);
            default -> number();
        };
    }

    private Object nested(final Supplier<Object> what) {
        if (++depth > MAX_DEPTH) {
            throw unexpected();
        }
        at++;
        final Object value = what.get();
        depth--;
        return value;
    }

    private Map<String, Object> object() {
        final Map<String, Object> members = new LinkedHashMap<>();
        if (next() == '}') {
            at++;
            return members;
        }
        do {
            require('"', 0);
            final String name = string();
            require(':', 1);
            members.put(name, value());
        } while (another('}'));
        return members;
    }

    private List<Object> array() {
        final List<Object> elements = new ArrayList<>();
        if (next() == ']') {
            at++;
            return elements;
        }
        do {
            elements.add(value());
        } while (another(']'));
        return elements;
    }

    /** Steps over a comma, or over what closes. */
    private boolean another(final char closing) {
        final char separator = next();
        if (separator != ',' && separator != closing) {
            throw unexpected();
        }
        at++;
        return separator == ',';
    }

    private String string() {
        final StringBuilder value = new StringBuilder();
        for (at++; peek() != '"'; at++) {
            final char c = peek();
            if (c < ' ') {
                throw unexpected();
            }
            value.append(c == '\\' ? escaped() : c);
        }
        at++;
        return value.toString();
    }

    private char escaped() {
        at++;
        return switch (peek()) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case '"', '\\', '/' -> peek();
            case 'u' -> {
                at += 4;
                if (at >= text.length()) {
                    throw unexpected();
                }
                yield (char) Integer.parseInt(text.substring(at - 3, at + 1), 16);
            }
            default -> throw unexpected();
        };
    }

    private Object literal(final String word, final Object value) {
        if (!text.startsWith(word, at)) {
            throw unexpected();
        }
        at += word.length();
        return value;
    }

    private Double number() {
        final int start = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        if (start == at) {
            throw unexpected();
        }
        return Double.valueOf(text.substring(start, at));
    }

    private void require(final char wanted, final int step) {
        if (next() != wanted) {
            throw unexpected();
        }
        at += step;
    }

    /** The next character that is no blank, or 0 at the end. */
    private char next() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return peek();
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private IllegalArgumentException unexpected() {
        final String rest = text.substring(Math.min(at, text.length()), Math.min(at + 20, text.length()));
        return new IllegalArgumentException("no JSON at character " + at + ": '" + rest + "'");
    }
}
