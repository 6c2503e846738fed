package org.pno.sim;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A test of every bus whose time is the test's own: what needs seconds of it would need them of a real fabric. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest
@EnumSource(value = Bus.class, mode = EnumSource.Mode.EXCLUDE, names = "FABRIC")
public @interface OverEachTimedBus {}
