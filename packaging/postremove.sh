#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
#
# The data stays, also on purge: it is other people's conversations. Removing it is the operator's own act.
set -e
if [ "$1" = purge ] && [ -d /var/lib/zolal ]; then
  echo "zolal: the data is still in /var/lib/zolal; remove it yourself if it is not needed"
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
fi
