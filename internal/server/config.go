// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/gateway/native"
	"github.com/zolal-im/zolal/internal/media"
)

// Config says how a server runs. Take Default and change it; the zero Config is not complete.
//
// Where a setting comes from: a flag goes before the environment (ZOLAL_ and the name in capitals, with
// underscores for dots and dashes), which goes before the configuration file, which goes before the default.
type Config struct {
	Data    string   // directory of everything the server keeps
	Listen  string   // address; empty: 127.0.0.1:8080, or with a domain :443
	Domain  string   // serve HTTPS under this name, with certificates by ACME
	Public  bool     // people from outside reach the server, whatever it listens on
	Signup  string   // how sign-up begins: "open", "invite", "closed"; empty: invite, on localhost open to it
	Contact []string // where holes are reported to, as security.txt says it
	Name    string   // what people see the server called
	Address []string
	Proxies []netip.Prefix // whose X-Forwarded-For is believed
	Metrics []netip.Prefix // who may read /metrics, without a proxy between
	TLS     TLSConfig
	Backup  BackupConfig
	Disk    DiskConfig
	// DeletesIn is for how long an account is kept whose owner wished it deleted.
	DeletesIn time.Duration
	OIDC      OIDCConfig
	Limits    account.Limits
	Rates     native.Rates // how much one client may ask
	// DayBytes is how much one account may store in a day; 0: as much as it likes.
	DayBytes int64
	Media    MediaConfig
	// Unlimited takes the daily allowances off every account alike, for tests of load and for nothing else.
	Unlimited bool
	// NoSearch switches searching off and removes its index.
	NoSearch bool
	Push     OutsideConfig
	Previews OutsideConfig
	// StopWithin is how long a graceful stop may take.
	StopWithin time.Duration
	LogLevel   slog.Level
	LogJSON    bool

	given map[string]string // settings as they were given, by key

	// What follows is for tests and for the command itself; it has no setting.

	Log *slog.Logger     // default: none of it
	Now func() time.Time // default time.Now
	// HashCost is what a password costs to check; default: the recommended one.
	HashCost account.Cost
	// Shared says that other servers stand on the same store; Hintless, that nothing tells them of growth but
	// a look at the store every Poll (default: as the engine has it).
	Shared, Hintless bool
	Poll             time.Duration
	// Listener wraps the one that serves people.
	Listener func(net.Listener) net.Listener
	// OpenStore opens the store in a directory; default: the SQLite one.
	OpenStore func(ctx context.Context, dir string) (Store, error)
}

// MediaConfig says what is kept of what people send beside their words.
type MediaConfig struct {
	Dir     string // of the contents; empty: in the data directory
	Max     int64  // bytes of one upload
	Day     int64  // what an account uploads in a day; 0: as much as it likes
	Account int64  // what all messages of an account carry together; 0: as much as it likes
	S3      S3Config
}

// S3Config says in which bucket of S3 contents are kept; the zero one: in files.
type S3Config struct {
	Endpoint  string // https://host
	Bucket    string
	Region    string
	Prefix    string
	KeyFile   string // the access key, and below it the secret
	PathStyle bool
}

// OutsideConfig says whether the server speaks to others: to push services of devices without a connection,
// or to sites that links lead to.
type OutsideConfig struct {
	Off bool
	// TestRoot is, in tests alone, the file with the certificate of a server on this machine, which is then
	// spoken to and no other is.
	TestRoot string
}

// TLSConfig says where certificates come from: of a domain by ACME (Config.Domain), from files, or from an
// authority of our own for networks without a way out. At most one of the three.
type TLSConfig struct {
	Cert, Key string
	Local     []string // names and addresses that the authority of our own vouches for
	Email     string   // told to the ACME authority
	ACME      string   // its directory; empty: Let's Encrypt
	ACMERoot  string   // file with the certificate of an ACME authority that is not publicly trusted
	Redirect  string   // plain HTTP that leads to HTTPS; ":80" with a domain
}

// BackupConfig says when copies are made by themselves.
type BackupConfig struct {
	Dir  string        // default: backups in Data
	Keep int           // how many are kept; 0: none are made
	At   time.Duration // after midnight, local time
}

// Default is the configuration of a server that nobody configured.
func Default() Config {
	return Config{
		Data:       "zolal-data",
		Name:       "Zolal",
		Backup:     BackupConfig{Keep: 7, At: 3*time.Hour + 30*time.Minute},
		Disk:       DiskConfig{Warn: Mark{10, 5e9}, Stop: Mark{3, 500e6}},
		Metrics:    loopback(),
		OIDC:       DefaultOIDC(),
		Limits:     account.DefaultLimits(),
		Rates:      native.DefaultRates(),
		DayBytes:   100e6,
		DeletesIn:  7 * 24 * time.Hour,
		Media:      MediaConfig{Max: media.DefaultMax, Day: 10e9},
		StopWithin: 15 * time.Second,
	}
}

// loopback is this machine.
func loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

// Sources are where settings come from, besides the defaults.
type Sources struct {
	Flags map[string]string // by setting; only those that were given
	Env   []string          // as os.Environ
	File  string            // configuration file, or empty
	// Kept stands for a command where no server runs: without File it takes the settings that the last server
	// on the data directory kept there, wherever they came from then.
	Kept bool
}

// Load reads the configuration and refuses what it does not understand, naming where it stands. strange are
// variables of the environment that look like settings and are none.
func Load(from Sources) (cfg Config, strange []string, err error) {
	cfg = Default()
	read := readFile
	if from.File == "" {
		if from.File = ownFile(from); filepath.Base(from.File) == settingsName {
			read = readKept
		}
	}
	if from.File != "" {
		values, err := read(from.File)
		if err != nil {
			return cfg, nil, err
		}
		for _, s := range settings {
			if v, ok := values[s.Key]; ok {
				if err := cfg.give(s, v); err != nil {
					return cfg, nil, &BadConfigError{Where: from.File + ": " + s.Key, Err: err}
				}
			}
		}
	}
	for _, kv := range from.Env {
		name, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, "ZOLAL_") || value == "" {
			continue
		}
		i := slices.IndexFunc(settings, func(s Setting) bool { return s.Env() == name })
		if i < 0 {
			strange = append(strange, name)
			continue
		}
		if err := cfg.give(settings[i], value); err != nil {
			return cfg, nil, &BadConfigError{Where: "environment: " + name, Err: err}
		}
	}
	for _, s := range settings {
		if v, ok := from.Flags[s.Key]; ok {
			if err := cfg.give(s, v); err != nil {
				return cfg, nil, &BadConfigError{Where: "--" + s.Flag(), Err: err, Usage: true}
			}
		}
	}
	if err := cfg.check(); err != nil {
		return cfg, nil, &BadConfigError{Where: "settings", Err: err, Usage: contradict(from.Flags)}
	}
	return cfg, strange, nil
}

// contradict reports whether flags contradict each other, whatever else is set.
func contradict(flags map[string]string) bool {
	cfg := Default()
	for _, s := range settings {
		if v, ok := flags[s.Key]; ok {
			if err := cfg.give(s, v); err != nil {
				return true
			}
		}
	}
	return cfg.check() != nil
}

// ownFile is the configuration file that lies in the data directory, if there is one.
func ownFile(from Sources) string {
	data := Default().Data
	for _, kv := range from.Env {
		if v, ok := strings.CutPrefix(kv, "ZOLAL_DATA="); ok {
			data = v
		}
	}
	if v, ok := from.Flags["data"]; ok {
		data = v
	}
	names := []string{configName}
	if from.Kept {
		names = []string{settingsName, configName}
	}
	for _, n := range names {
		if name := filepath.Join(data, n); fileExists(name) {
			return name
		}
	}
	return ""
}

// give sets one setting and remembers how.
func (c *Config) give(s Setting, value string) error {
	if err := s.set(c, value); err != nil {
		return err
	}
	if c.given == nil {
		c.given = map[string]string{}
	}
	c.given[s.Key] = value
	return nil
}

// settingsFile writes what was given as a configuration file, whatever it came from; without the data
// directory, which is another one where a backup is restored.
func (c *Config) settingsFile() []byte {
	given := maps.Clone(c.given)
	if given == nil {
		given = map[string]string{}
	}
	delete(given, "data")
	if err := absolute(given); err != nil {
		c.Log.Warn("a path of the settings is kept as it was given", "err", err)
	}
	return settingsText(given)
}

// BadConfigError is a setting that cannot be used.
type BadConfigError struct {
	Where string // file and setting, variable, or flag
	Err   error
	Usage bool // the command line itself is wrong
}

// Error names the place and what is wrong there.
func (e *BadConfigError) Error() string { return e.Where + ": " + e.Err.Error() }

// Unwrap returns what is wrong.
func (e *BadConfigError) Unwrap() error { return e.Err }

// readFile reads a configuration file, which may hold nothing but settings.
func readFile(name string) (map[string]string, error) {
	values, err := readKept(name)
	for key := range values {
		if !slices.ContainsFunc(settings, func(s Setting) bool { return s.Key == key }) {
			return nil, &BadConfigError{Where: name,
				Err: fmt.Errorf("unknown setting %q; `zolal serve --help` lists them all", key)}
		}
	}
	return values, err
}

// readKept flattens a TOML file into settings as text, so that a value means the same wherever it stands.
// What a server kept may have settings of a newer version.
func readKept(name string) (map[string]string, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, &BadConfigError{Where: "--config", Err: err}
	}
	var tree map[string]any
	if _, err := toml.Decode(string(raw), &tree); err != nil {
		var bad toml.ParseError
		if errors.As(err, &bad) {
			err = fmt.Errorf("line %d: %s", bad.Position.Line, bad.Message)
		}
		return nil, &BadConfigError{Where: name, Err: err}
	}
	values := make(map[string]string)
	flatten(values, "", tree)
	return values, nil
}

func flatten(into map[string]string, prefix string, tree map[string]any) {
	for k, v := range tree {
		switch v := v.(type) {
		case map[string]any:
			flatten(into, prefix+k+".", v)
		case []any:
			words := make([]string, len(v))
			for i, w := range v {
				words[i] = fmt.Sprint(w)
			}
			into[prefix+k] = strings.Join(words, ",")
		default:
			into[prefix+k] = fmt.Sprint(v)
		}
	}
}

// check refuses settings that contradict each other, and settles those that depend on others.
func (c *Config) check() error {
	ways := 0
	for _, used := range []bool{c.Domain != "", c.TLS.Cert != "" || c.TLS.Key != "", len(c.TLS.Local) > 0} {
		if used {
			ways++
		}
	}
	switch {
	case ways > 1:
		return errors.New("domain, tls.cert and tls.local are three ways to get a certificate; choose one")
	case (c.TLS.Cert == "") != (c.TLS.Key == ""):
		return errors.New("tls.cert and tls.key belong together; give both")
	case (c.OIDC.Issuer == "") != (c.OIDC.ClientID == ""):
		return errors.New("oidc.issuer and oidc.client_id belong together; give both")
	case c.OIDC.Issuer != "" && c.Public && len(c.Address) == 0 && c.Domain == "":
		return errors.New("oidc.issuer needs addresses or domain: where the provider leads people back to")
	case c.Media.S3.some() != c.Media.S3.whole():
		return errors.New("media.s3 needs endpoint, bucket and key_file; give all three")
	case c.Media.S3.Endpoint != "" && c.Media.Dir != "":
		return errors.New("media.dir and media.s3.endpoint are two places for the same; choose one")
	case c.Data == "":
		return errors.New("data is empty; name a directory")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:8080"
		if c.Domain != "" {
			c.Listen = ":443"
		}
	}
	if c.Domain != "" && c.TLS.Redirect == "" {
		c.TLS.Redirect = ":80"
	}
	if c.Backup.Dir == "" {
		c.Backup.Dir = filepath.Join(c.Data, "backups")
	}
	return nil
}

// startSignup is the way of sign-up until the operator sets another: by invitation, unless it is said here.
func (c *Config) startSignup() string { return cmp.Or(c.Signup, account.SignupInvite) }

// localSignup says whether strangers may sign up at this machine, until the operator says otherwise. That
// nobody else can connect is not enough: a proxy on this machine connects for the whole world.
func (c *Config) localSignup() bool {
	return c.Signup == "" && c.Domain == "" && !c.Public && isLoopback(c.Listen)
}

// roots is every address that the signed list names.
func (c *Config) roots() []string {
	if c.Domain == "" {
		return c.Address
	}
	return append([]string{"https://" + c.Domain}, c.Address...)
}

// reached is where people reach a server of these settings, as far as they tell.
func (c *Config) reached() string {
	switch {
	case c.Domain != "":
		return "https://" + c.Domain
	case len(c.Address) > 0:
		return c.Address[0]
	case c.TLS.Cert != "" || len(c.TLS.Local) > 0:
		return "https://" + c.Listen
	}
	return "http://" + c.Listen
}

// isLoopback reports whether only programs on this machine can reach a listening address.
func isLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}
