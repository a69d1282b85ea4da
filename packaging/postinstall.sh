#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
#
# Makes the account the service runs as, then starts or restarts it. Works without systemd too (a container):
# then nothing is started.
set -e

if command -v systemd-sysusers >/dev/null; then
  systemd-sysusers zolal.conf
elif ! getent passwd zolal >/dev/null; then
  useradd --system --home-dir /var/lib/zolal --shell /usr/sbin/nologin zolal
fi
[ -d /run/systemd/system ] || exit 0
systemctl daemon-reload
systemctl enable --quiet zolal.service
# This waits until the server serves. Where it does not, the package is installed all the same.
if systemctl restart zolal.service; then
  echo "zolal: started; for a new store the one-time set-up link is in: journalctl -u zolal"
else
  echo "zolal: did not start; journalctl -u zolal says why" >&2
fi
