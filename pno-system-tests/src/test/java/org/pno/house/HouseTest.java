package org.pno.house;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.foreign.Linker;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds the arrows of the house (ARCHITECTURE.md): a package imports only what stands below it. */
class HouseTest {
    private static final String ROOT = "org.pno.";

    private static final List<String> BASE = List.of("sys", "memory", "time", "counters");

    /** What each package may import beside itself and {@link #BASE}. */
    private static final Map<String, List<String>> BELOW = below();

    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(location -> !location.contains("test-classes"))
            .importPackages("org.pno");

    private static Map<String, List<String>> below() {
        final Map<String, List<String>> below = new TreeMap<>();
        BASE.forEach(name -> below.put(name, List.of()));
        below.put("wire", List.of());
        below.put("tcp.congestion", List.of());
        below.put("tcp", List.of("wire", "tcp.congestion"));
        below.put("ip", List.of("wire"));
        below.put("stack", List.of("wire", "tcp", "tcp.congestion", "ip"));
        below.put("port", List.of("wire"));
        for (final String kind : List.of("tap", "packet", "xdp", "dpdk", "socket", "ring", "pcap")) {
            below.put("port." + kind, List.of("wire", "port"));
        }
        below.put("link", List.of());
        below.put("link.bus", List.of("link"));
        below.put("link.pcie", List.of("link", "link.bus"));
        below.put("link.fabric", List.of("link", "link.bus"));
        below.put("relay", List.of("link"));
        below.put("bridge", List.of("wire", "stack", "port", "link"));
        below.put("observe", List.of("wire", "stack", "port", "link", "bridge"));
        below.put("control", List.of("wire", "link", "relay"));
        below.put("host", List.of("link", "link.*", "relay", "control"));
        below.put(
                "dpu",
                List.of(
                        "control",
                        "wire",
                        "tcp",
                        "tcp.congestion",
                        "ip",
                        "stack",
                        "port",
                        "port.*",
                        "link",
                        "link.*",
                        "bridge",
                        "observe",
                        "relay"));
        below.put(
                "cli",
                List.of(
                        "wire", "stack", "port", "port.*", "link", "bridge", "observe", "dpu", "host", "relay",
                        "cli.*"));
        below.put(
                "cli.*",
                List.of(
                        "wire", "stack", "port", "port.*", "link", "bridge", "observe", "dpu", "host", "relay",
                        "cli.*"));
        below.put("cli.json", List.of());
        below.put("cli.load", List.of("wire", "tcp", "stack", "port", "cli.json"));
        for (final String outside : List.of("sim", "check", "bench")) {
            below.put(outside, List.of("*"));
            below.put(outside + ".*", List.of("*"));
        }
        return below;
    }

    @TestFactory
    Collection<DynamicTest> shouldImportOnlyWhatStandsBelow() {
        return packages().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> checkImports(name)))
                .toList();
    }

    private static void checkImports(final String name) {
        final List<String> allowed = BELOW.get(room(name));
        classes()
                .that(describe("reside in " + name, type -> house(type).equals(name)))
                .should()
                .onlyDependOnClassesThat(describe(
                        "stand below " + name,
                        type -> !isOurs(type)
                                || house(type).equals(name)
                                || BASE.contains(house(type))
                                || matches(allowed, house(type))))
                .check(HOUSE);
    }

    @Test
    void shouldKnowEveryPackage() {
        final Set<String> strangers = new TreeSet<>(packages());
        strangers.removeIf(name -> BELOW.containsKey(room(name)));
        assertEquals(Set.of(), strangers, "packages without a place in the house");
    }

    @Test
    void shouldHaveNoCyclesBetweenPackages() {
        slices().matching("org.pno.(**)").should().beFreeOfCycles().check(HOUSE);
    }

    @Test
    void shouldKeepSystemCallsInSys() {
        noClasses()
                .that()
                .resideOutsideOfPackages("org.pno.sys")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Linker.class)
                .check(HOUSE);
    }

    private static Set<String> packages() {
        final Set<String> packages = new TreeSet<>();
        HOUSE.forEach(type -> packages.add(house(type)));
        return packages;
    }

    private static boolean isOurs(final JavaClass type) {
        return type.getPackageName().startsWith(ROOT);
    }

    private static String house(final JavaClass type) {
        return isOurs(type) ? type.getPackageName().substring(ROOT.length()) : type.getPackageName();
    }

    /** The name under which a package stands in the table: its own, or that of its family. */
    private static String room(final String name) {
        final int dot = name.indexOf('.');
        return BELOW.containsKey(name) || dot < 0 ? name : name.substring(0, dot) + ".*";
    }

    private static boolean matches(final List<String> allowed, final String name) {
        return allowed.stream().anyMatch(entry -> {
            final String family = entry.endsWith("*") ? entry.substring(0, entry.length() - 1) : null;
            return family == null ? name.equals(entry) : name.startsWith(family);
        });
    }
}
