#!/bin/sh
# Installs Debian's chromium for the browser tests where that is allowed; says so where it is not.
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing Debian's chromium for the browser tests"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
        >/dev/null 2>&1
fi
command -v chromium >/dev/null 2>&1 || echo "chromium is not here and may not be installed: browser tests cannot run"
exit 0
