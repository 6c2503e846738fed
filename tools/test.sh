# ./pno test and ./pno format. Sourced by ./pno, in the root of the tree.

pno_format() {
    need_command mvn maven
    maven format spotless:apply
    [[ ! -e shim/Makefile ]] || make -s -C shim format
}
