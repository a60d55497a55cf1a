#!/bin/sh
# Fetches the precompiled stylesheet of govuk-frontend and takes out what only gov.uk may show: the GDS Transport
# typeface and the crest. A test checks that nothing of them is left.
set -eu
version=6.6.0
here=$(cd "$(dirname "$0")/../assets/govuk-frontend" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm pack --silent "govuk-frontend@$version" >/dev/null
tar -xzf "govuk-frontend-$version.tgz"
stack='system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif'
sed -E \
  -e 's/@font-face\{[^}]*\}//g' \
  -e "s/GDS Transport,arial,sans-serif/$stack/g" \
  -e 's/[^{};]*:[^{};]*url\([^)]*govuk-crest[^)]*\)[^;}]*;?//g' \
  -e 's#/\*\# sourceMappingURL=[^*]*\*/##g' \
  package/dist/govuk/govuk-frontend.min.css >"$here/govuk-frontend-$version.min.css"
