# Finds what PnO is built with and run on, and installs it where it may. Sourced by ./pno.

readonly JAVA_NEEDED=25

say() { printf 'pno: %s\n' "$*" >&2; }

die() {
    say "$@"
    exit 1
}

# Installs Debian packages, as root only, and says so.
apt_install() {
    [[ $EUID -eq 0 ]] && command -v apt-get > /dev/null || return 1
    say "installing $* (apt-get install)"
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -y)
    "${apt[@]}" install "$@" &> /dev/null && return
    "${apt[@]}" update &> /dev/null
    "${apt[@]}" install "$@" &> /dev/null
}

# True if $1 is the home of a JDK that is new enough. Reads its release file, since starting it takes 50 ms.
is_jdk() {
    [[ -x $1/bin/javac && -r $1/release ]] || return 1
    local line
    while read -r line; do
        [[ $line =~ ^JAVA_VERSION=\"([0-9]+) ]] && ((BASH_REMATCH[1] >= JAVA_NEEDED)) && return
    done < "$1/release"
    return 1
}

# Sets and exports JAVA_HOME.
find_jdk() {
    is_jdk "${JAVA_HOME:-}" && export JAVA_HOME && return
    local home javac=
    javac=$(type -P javac) && javac=$(readlink -f "$javac")
    for home in "${javac%/bin/javac}" /usr/lib/jvm/* /opt/* "${HOME:-/root}"/.sdkman/candidates/java/*; do
        is_jdk "$home" && export JAVA_HOME=$home && return
    done
    return 1
}

need_jdk() {
    find_jdk && return
    apt_install "openjdk-$JAVA_NEEDED-jdk-headless" && find_jdk && return
    die "no JDK $JAVA_NEEDED found (JAVA_HOME '${JAVA_HOME:-}', PATH, /usr/lib/jvm, /opt, ~/.sdkman)." \
        "Install openjdk-$JAVA_NEEDED-jdk-headless, or Temurin $JAVA_NEEDED from https://adoptium.net," \
        "or run 'sdk install java $JAVA_NEEDED-tem', and set JAVA_HOME if it lies elsewhere."
}

# Makes sure that command $1 is there; the Debian packages that bring it follow.
need_command() {
    command -v "$1" > /dev/null && return
    apt_install "${@:2}" && command -v "$1" > /dev/null && return
    die "'$1' is needed to build PnO and was not found. Install: ${*:2}."
}
