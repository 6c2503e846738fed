package org.pno.check;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Collects the scripts of classes: their static methods marked {@link PacketScript}. */
public final class ScriptBook {
    private ScriptBook() {}

    /** The scripts of these classes, by name within each. */
    public static List<ScriptCase> of(final Class<?>... books) {
        final List<ScriptCase> scripts = new ArrayList<>();
        for (final Class<?> book : books) {
            Arrays.stream(book.getDeclaredMethods())
                    .filter(method -> method.isAnnotationPresent(PacketScript.class))
                    .sorted(Comparator.comparing(Method::getName))
                    .map(method -> script(book, method))
                    .forEach(scripts::add);
        }
        return scripts;
    }

    private static ScriptCase script(final Class<?> book, final Method method) {
        final PacketScript marks = method.getAnnotation(PacketScript.class);
        final String group = book.getSimpleName().replace("Scripts", "");
        method.setAccessible(true);
        return new ScriptCase(group, method.getName(), marks.on(), marks.because(), script -> invoke(method, script));
    }

    private static void invoke(final Method method, final Script script) {
        try {
            method.invoke(null, script);
        } catch (final InvocationTargetException e) {
            if (e.getCause() instanceof AssertionError failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (final IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
