#!/bin/bash
#
# Builds Debian's libsrtp2 with OpenSSL instead of NSS, into
# build/bench/libsrtp2-openssl: many run Janus so, and it is faster.  Nothing
# is installed.  Without the sources it says so, and that is all.

cd "$(dirname "$0")/../.." || exit 1

out=build/bench/libsrtp2-openssl

if [ -f $out/libsrtp2.so.1 ]; then
    exit 0
fi

skip() {
    echo "no libsrtp2 with OpenSSL: $1" >&2
    exit 0
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-source >/dev/null; then
    skip "this needs apt-get and dpkg-source"
fi

work=$(mktemp -d)
trap 'rm -rf $work' EXIT

(cd "$work" && apt-get -q source libsrtp2) >"$work/log" 2>&1 \
|| skip "$(grep -m 1 '^E:' "$work/log"); sources are in a line of deb-src"

(
    cd "$work"/libsrtp2-*/ || exit 1
    ./configure --enable-openssl --disable-debug CFLAGS='-O3 -g'
    make -j"$(nproc)" shared_library
) >"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; skip "it does not build"; }

mkdir -p $out
cp "$work"/libsrtp2-*/libsrtp2.so.1 $out/
echo "built $out/libsrtp2.so.1"
