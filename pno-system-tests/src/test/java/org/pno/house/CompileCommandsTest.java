package org.pno.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code config/compile-commands} tells the compiler of our methods; of one that is gone the JVM says nothing. */
class CompileCommandsTest {
    private static final String OURS = "dontinline org.pno.";

    @Test
    void shouldNameMethodsThatExist() throws IOException {
        final List<String> named =
                Files.readAllLines(Path.of(System.getProperty("pno.home"), "config/compile-commands")).stream()
                        .filter(line -> line.startsWith(OURS))
                        .map(line -> line.substring(line.indexOf(' ') + 1))
                        .toList();
        assertFalse(named.isEmpty());
        assertEquals(List.of(), named.stream().filter(name -> !isMethod(name)).toList());
    }

    private static boolean isMethod(final String name) {
        final String[] parts = name.split("::", 2);
        try {
            return Arrays.stream(Class.forName(parts[0]).getDeclaredMethods())
                    .anyMatch(method -> method.getName().equals(parts[1]));
        } catch (final ClassNotFoundException e) {
            return false;
        }
    }
}
