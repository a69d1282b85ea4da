// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import "runtime/debug"

// Build says which program this is.
type Build struct {
	Version string `json:"version"` // of the release, or a pseudo-version of the commit
	Commit  string `json:"commit"`
	Changed bool   `json:"changed"` // built from files that no commit holds
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

// ThisBuild reads what the toolchain wrote into the binary.
func ThisBuild() Build {
	b := Build{Version: "devel", Commit: "unknown"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Go = info.GoVersion
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.modified":
			b.Changed = s.Value == "true"
		case "GOOS":
			b.OS = s.Value
		case "GOARCH":
			b.Arch = s.Value
		}
	}
	return b
}
