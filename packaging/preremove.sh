#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
#
# Stops the service before its binary goes; an upgrade leaves it running, to be restarted by postinstall.
set -e
[ "$1" = upgrade ] && exit 0
[ -d /run/systemd/system ] || exit 0
systemctl disable --quiet --now zolal.service || true
