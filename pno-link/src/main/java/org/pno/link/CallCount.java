package org.pno.link;

/**
 * How often a program asked for something in vain.
 *
 * @param call what it was
 * @param level of setsockopt and getsockopt: the option's level; 0 of all others
 * @param option of setsockopt and getsockopt: the option; 0 of all others
 * @param times how often, as the host says
 */
public record CallCount(UnsupportedCall call, int level, int option, long times) {}
