/** What {@code --bus} says: its grammar, the values of its options, and what a kind of bus must be able to do. */
package org.pno.link.bus;
