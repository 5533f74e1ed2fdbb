#!/bin/sh
# Installs what browser tests need where that is allowed, and says so where it is not: Debian's chromium, and Microsoft's
# office.js, which may not be kept here (its licence), for the tests of the Excel add-in.
set -u
cd "$(dirname "$0")/.."
office=.build/office/node_modules/@microsoft/office-js

if ! command -v chromium >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing Debian's chromium for the browser tests"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
        >/dev/null 2>&1
fi
command -v chromium >/dev/null 2>&1 || echo "chromium is not here and may not be installed: browser tests cannot run"

if ! command -v soffice >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing Debian's LibreOffice Calc for the tests of the workbook"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        libreoffice-calc python3-uno poppler-utils; } >/dev/null 2>&1
fi
command -v soffice >/dev/null 2>&1 || echo "LibreOffice is not here and may not be installed: workbook tests cannot run"

if [ ! -d "$office/dist" ] && command -v npm >/dev/null 2>&1; then
    echo "installing Microsoft's office.js for the tests of the add-in"
    npm install --prefix .build/office --no-audit --no-fund --ignore-scripts @microsoft/office-js@1.1.110 >/dev/null 2>&1
fi
[ -d "$office/dist" ] || echo "office.js is not here and may not be installed: the add-in's tests cannot run"
exit 0
