/**
 * Real programs of the distribution, each run unmodified on a lab's host with clients and servers on the peer's kernel,
 * and what is asked of them: what {@code pno compat} shows.
 */
package org.pno.cli.compat;
