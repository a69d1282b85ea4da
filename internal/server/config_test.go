// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/account"
)

// configFile writes a configuration file.
func configFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "zolal.toml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestAFlagGoesBeforeTheEnvironmentAndThatBeforeTheFile(t *testing.T) {
	file := configFile(t, "listen = ':1'\nname = 'file'\nsignup = 'closed'\n[backup]\nkeep = 3\nat = '04:15'\n"+
		"[tls]\nlocal = ['zolal.lan', '10.0.0.1']\n")
	cfg, strange, err := Load(Sources{
		File:  file,
		Env:   []string{"ZOLAL_LISTEN=:2", "ZOLAL_NAME=env", "ZOLAL_BENCH=1", "HOME=/root"},
		Flags: map[string]string{"listen": ":3", "data": t.TempDir()},
	})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Listen != ":3" || cfg.Name != "env" || cfg.Signup != "closed" || cfg.Backup.Keep != 3 ||
		cfg.Backup.At != 4*time.Hour+15*time.Minute || len(cfg.TLS.Local) != 2 {
		t.Errorf("%+v", cfg)
	}
	if len(strange) != 1 || strange[0] != "ZOLAL_BENCH" {
		t.Errorf("strange variables: %v", strange)
	}
	// What was given can be given again: a backup carries it as a file.
	again, _, err := Load(Sources{File: configFile(t, string(cfg.settingsFile()))})
	if err != nil {
		t.Fatalf("the written settings: %v\n%s", err, cfg.settingsFile())
	}
	if again.Listen != ":3" || again.Name != "env" || again.Backup.Keep != 3 || len(again.TLS.Local) != 2 {
		t.Errorf("read back as %+v", again)
	}
	if again.Data != Default().Data {
		t.Error("the data directory travels with the settings")
	}
}

func TestAWrongSettingIsNamedWithItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		"listn = ':1'":                         `unknown setting "listn"`,
		"[tls]\ncrt = 'x'":                     `unknown setting "tls.crt"`,
		"listen = 5":                           "zolal.toml: listen: ",
		"listen = 'nonsense'":                  "127.0.0.1:8080",
		"name = 'a'\nname = 'b'":               "line 2",
		"x = ":                                 "line 1",
		"domain = 'not a domain'":              "chat.example.org",
		"public = 'perhaps'":                   "true or false",
		"signup = 'ajar'":                      "open, invite or closed",
		"[backup]\nat = '25:00'":               "03:30",
		"[backup]\nkeep = -1":                  "0 to 10000",
		"[limits]\nsignup = 'many'":            "100/10s",
		"[log]\nlevel = 'loud'":                "debug, info, warn or error",
		"trusted_proxies = ['everyone']":       "10.0.0.0/8",
		"addresses = ['ftp://x']":              "https://chat.example.org",
		"stop_within = 'soon'":                 "15s",
		"[tls]\ncert = 'a'":                    "belong together",
		"domain = 'a.org'\n[tls]\nlocal = 'b'": "choose one",
		"[tls]\nacme = 'http://a.org'":         "ACME",
		"name = ''":                            "1 to 64",
	} {
		_, _, err := Load(Sources{File: configFile(t, text)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q in it", text, err, want)
		}
	}
	if _, _, err := Load(Sources{File: filepath.Join(t.TempDir(), "none.toml")}); err == nil {
		t.Error("a file that is not there is passed over")
	}
	_, _, err := Load(Sources{Env: []string{"ZOLAL_BACKUP_KEEP=all"}})
	if err == nil || !strings.Contains(err.Error(), "ZOLAL_BACKUP_KEEP") {
		t.Errorf("environment: %v", err)
	}
	_, _, err = Load(Sources{Flags: map[string]string{"backup.keep": "all"}})
	if err == nil || !strings.Contains(err.Error(), "--backup-keep") {
		t.Errorf("flag: %v", err)
	}
}

func TestTheDataDirectoryMayHoldItsOwnConfiguration(t *testing.T) {
	dir := t.TempDir()
	text := []byte("name = 'from the data'\n")
	if err := os.WriteFile(filepath.Join(dir, configName), text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, from := range []Sources{
		{Flags: map[string]string{"data": dir}},
		{Env: []string{"ZOLAL_DATA=" + dir}},
	} {
		if cfg, _, err := Load(from); err != nil || cfg.Name != "from the data" {
			t.Errorf("%q, %v", cfg.Name, err)
		}
	}
	named := Sources{Flags: map[string]string{"data": dir}, File: configFile(t, "name = 'named'")}
	if cfg, _, err := Load(named); err != nil || cfg.Name != "named" {
		t.Errorf("%q, %v", cfg.Name, err)
	}
}

func TestStrangersSignUpOnlyOnLocalhostOrWhereTheOperatorSaysSo(t *testing.T) {
	const nobody, invited, local, all = "nobody", "the invited", "this machine", "all"
	for flags, want := range map[[3]string]string{
		{"listen=127.0.0.1:8080"}:                      local,
		{"listen=[::1]:8080"}:                          local,
		{"listen=localhost:8080"}:                      local,
		{"listen=127.0.0.1:8080", "signup=open"}:       all,
		{"listen=127.0.0.1:8080", "signup=invite"}:     invited,
		{"listen=127.0.0.1:8080", "public=true"}:       invited,
		{"listen=:8080"}:                               invited,
		{"listen=0.0.0.0:8080"}:                        invited,
		{"listen=:8080", "public=true"}:                invited,
		{"domain=chat.example.org"}:                    invited,
		{"domain=chat.example.org", "public=true"}:     invited,
		{"domain=chat.example.org", "signup=open"}:     all,
		{"listen=127.0.0.1:8080", "signup=closed"}:     nobody,
		{"listen=:8080", "signup=open"}:                all,
		{"listen=:1", "public=true", "signup=closed"}:  nobody,
		{"domain=a.example.org", "listen=127.0.0.1:1"}: invited,
	} {
		given := map[string]string{}
		for _, f := range flags {
			if k, v, ok := strings.Cut(f, "="); ok {
				given[k] = v
			}
		}
		cfg, _, err := Load(Sources{Flags: given})
		got := map[string]string{
			account.SignupClosed: nobody, account.SignupInvite: invited, account.SignupOpen: all,
		}[cfg.startSignup()]
		if cfg.localSignup() {
			got = local
		}
		if err != nil || got != want {
			t.Errorf("%v: open to %s, want %s, %v", flags, got, want, err)
		}
	}
}

func TestEverySettingHasOneFlagAndOneVariable(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Settings() {
		for _, name := range []string{"key " + s.Key, "--" + s.Flag(), s.Env()} {
			if seen[name] {
				t.Errorf("%s twice", name)
			}
			seen[name] = true
		}
		if s.Help == "" {
			t.Errorf("%s is not explained", s.Key)
		}
	}
}

func TestTheDefaultLimitsAreWhatTheHelpSays(t *testing.T) {
	cfg := Default()
	for _, s := range settings {
		if !strings.HasPrefix(s.Key, "limits.") {
			continue
		}
		if err := s.set(&cfg, s.Default); err != nil {
			t.Errorf("%s: %v", s.Key, err)
		}
	}
	if cfg.Limits != account.DefaultLimits() {
		t.Errorf("%+v", cfg.Limits)
	}
}
