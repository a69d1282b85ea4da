// SPDX-License-Identifier: AGPL-3.0-or-later

// Package web holds the built web app inside the binary.
package web

import "embed"

// Dist is the built web app, rooted at "dist". Without a web build it holds only dist/.gitkeep, and the
// server answers that the app was not built.
//
//go:embed all:dist
var Dist embed.FS
