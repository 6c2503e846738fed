package org.pno.check;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a static method that takes a {@link Script} and plays it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface PacketScript {
    Where on() default Where.BOTH;

    /** Why it does not run on both; required then. */
    String because() default "";
}
