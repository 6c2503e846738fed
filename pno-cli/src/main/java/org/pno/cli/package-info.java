/**
 * The {@code pno} command: one class per sub-command, and what they share. Runs on the main thread; nothing here is on
 * a packet's way.
 */
package org.pno.cli;
