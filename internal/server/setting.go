// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/gateway/native"
)

// Setting is one thing that can be set by flag, environment and file.
type Setting struct {
	Key     string // "tls.cert"
	Help    string
	Default string // as shown in the help; empty where there is none
	Bool    bool   // a flag without a value
	set     func(*Config, string) error
}

// Flag is the name of the setting on the command line.
func (s Setting) Flag() string { return strings.NewReplacer(".", "-", "_", "-").Replace(s.Key) }

// Env is the name of the setting in the environment.
func (s Setting) Env() string { return "ZOLAL_" + strings.ToUpper(strings.ReplaceAll(s.Key, ".", "_")) }

// Settings lists every setting, in the order of the documentation.
func Settings() []Setting { return append([]Setting(nil), settings...) }

var settings = []Setting{
	{"data", "directory of everything the server keeps", "./zolal-data", false, func(c *Config, v string) error {
		c.Data = v
		return nil
	}},
	{"listen", "address and port; :8080 for all interfaces", "127.0.0.1:8080, with a domain :443", false,
		func(c *Config, v string) error { return setAddress(&c.Listen, v) }},
	{"domain", "serve HTTPS under this name, certificates by ACME", "", false, setDomain},
	{"public", "people from outside reach the server, such as by a proxy on this machine", "", true,
		func(c *Config, v string) error { return setBool(&c.Public, v) }},
	{"signup", "how sign-up begins, until `zolal signup` says otherwise: open, invite or closed",
		"invite; on localhost without public, open to this machine", false, setSignup},
	{"name", "what people see the server called", "Zolal", false, setName},
	{"operator.contact", "where holes are reported to: mail, or https:, mailto:, tel:, comma separated",
		"", false, setContact},
	{"addresses", "where else the server can be reached: https://…, in order, comma separated", "", false,
		setAddresses},
	{"trusted_proxies", "networks whose X-Forwarded-For is believed, comma separated", "none", false,
		func(c *Config, v string) error { return setNetworks(&c.Proxies, v) }},
	{"metrics.allow", "networks that may read /metrics, comma separated, or none; never through a proxy",
		"127.0.0.0/8, ::1", false, setMetrics},
	{"oidc.issuer", "address of the provider that signs an organisation's people in", "none", false, setIssuer},
	{"oidc.client_id", "what this server is called there", "", false,
		func(c *Config, v string) error { c.OIDC.ClientID = v; return nil }},
	{"oidc.client_secret_file", "file with the secret that goes with it", "none: a public client", false,
		func(c *Config, v string) error { c.OIDC.SecretFile = v; return nil }},
	{"oidc.name", "what people see the provider called", "the name of its host", false,
		func(c *Config, v string) error { c.OIDC.Name = v; return nil }},
	{"oidc.scopes", "what is asked for beside openid, comma separated", "profile", false,
		func(c *Config, v string) error { c.OIDC.Scopes = words(v); return nil }},
	{"oidc.name_claim", "where the provider says the shown name", "name", false,
		func(c *Config, v string) error { c.OIDC.NameClaim = v; return nil }},
	{"oidc.username_claim", "where it says a username to propose", "preferred_username", false,
		func(c *Config, v string) error { c.OIDC.UserClaim = v; return nil }},
	{"oidc.groups_claim", "where it says the groups somebody is in", "groups", false,
		func(c *Config, v string) error { c.OIDC.GroupsClaim = v; return nil }},
	{"oidc.groups", "groups whose people may sign in, comma separated", "everybody", false,
		func(c *Config, v string) error { c.OIDC.Allowed = words(v); return nil }},
	{"oidc.rooms", "invite links that the people of a group are told of: group=https://…, comma separated",
		"none", false, setRooms},
	{"oidc.session", "how long a device lives that the provider signed in", "168h", false, setSession},
	{"deletion.after", "how long an account is kept whose owner wished it deleted", "168h", false, setDeletion},
	{"tls.cert", "certificate file, with its chain; read again when it changes", "", false,
		func(c *Config, v string) error { c.TLS.Cert = v; return nil }},
	{"tls.key", "its private key", "", false, func(c *Config, v string) error { c.TLS.Key = v; return nil }},
	{"tls.local", "names and addresses for an authority of our own, comma separated", "", false,
		func(c *Config, v string) error { c.TLS.Local = words(v); return nil }},
	{"tls.email", "contact told to the ACME authority", "", false,
		func(c *Config, v string) error { c.TLS.Email = v; return nil }},
	{"tls.acme", "directory of the ACME authority", "Let's Encrypt", false, setACME},
	{"tls.acme_root", "certificate file of an ACME authority that is not publicly trusted", "", false,
		func(c *Config, v string) error { c.TLS.ACMERoot = v; return nil }},
	{"tls.redirect", "address whose plain HTTP leads to HTTPS", "with a domain :80", false,
		func(c *Config, v string) error { return setAddress(&c.TLS.Redirect, v) }},
	{"backup.dir", "where nightly backups go", "backups in the data directory", false,
		func(c *Config, v string) error { c.Backup.Dir = v; return nil }},
	{"backup.keep", "how many nightly backups are kept; 0 makes none", "7", false, setKeep},
	{"backup.at", "time of day of the nightly backup", "03:30", false, setBackupAt},
	{"disk.warn", "room on a disk below which the operator is warned: a share, bytes or both; 0: none",
		"10%,5GB", false, setMark(func(d *DiskConfig) *Mark { return &d.Warn })},
	{"disk.stop", "room on the disk of the data below which people's writes are refused; 0: none",
		"3%,500MB", false, setMark(func(d *DiskConfig) *Mark { return &d.Stop })},
	{"limits.signup", "sign-ups from one address", "100/10s", false,
		setRate(func(l *account.Limits) *account.Rate { return &l.SignUp })},
	{"limits.signup_local", "sign-ups from this machine", "20000/100ms", false,
		setRate(func(l *account.Limits) *account.Rate { return &l.SignUpLocal })},
	{"limits.failure", "failed sign-ins from one address", "60/2s", false,
		setRate(func(l *account.Limits) *account.Rate { return &l.Failure })},
	{"limits.account", "failed sign-ins to one account from unknown devices", "10/30s", false,
		setRate(func(l *account.Limits) *account.Rate { return &l.Account })},
	{"limits.device", "failed sign-ins from one known device", "10/30s", false,
		setRate(func(l *account.Limits) *account.Rate { return &l.Device })},
	{"limits.check", "questions for a free username from one address", "300/30s", false,
		setRate(func(l *account.Limits) *account.Rate { return &l.Check })},
	{"limits.lookup", "strangers whom an account looks up by name or number", "300/5m", false,
		setRate(func(l *account.Limits) *account.Rate { return &l.Lookup })},
	{"limits.lookup_network", "the same for all accounts of one address together", "3000/30s", false,
		setRate(func(l *account.Limits) *account.Rate { return &l.LookupNetwork })},
	{"limits.search", "searches of one account", "120/500ms", false,
		setRate(func(l *account.Limits) *account.Rate { return &l.Search })},
	{"limits.preview", "pages that one account has the server look at", "60/10s", false,
		setRate(func(l *account.Limits) *account.Rate { return &l.Preview })},
	{"limits.push", "subscriptions to pushes and tests of them of one account", "30/20s", false,
		setRate(func(l *account.Limits) *account.Rate { return &l.Push })},
	{"limits.open", "requests without a token from one address, a second; 0: no limit", "50", false, setOpen},
	{"limits.requests", "requests a second of one connection, an account may make twice as many; 0: no limit",
		"200", false, setRequests},
	{"limits.day", "what one account may store in a day: 50MB, 1GB; 0: no limit", "100MB", false,
		setBytes(func(c *Config) *int64 { return &c.DayBytes }, 0)},
	{"media.dir", "where photos, videos and files are kept", "media/blobs in the data directory", false,
		func(c *Config, v string) error { c.Media.Dir = v; return nil }},
	{"media.s3.endpoint", "gateway of S3 that they are kept at instead: a host; http://host where it has no TLS",
		"none", false, setEndpoint},
	{"media.s3.bucket", "its bucket, which has to be there", "", false,
		func(c *Config, v string) error { c.Media.S3.Bucket = v; return nil }},
	{"media.s3.region", "its region", "us-east-1", false,
		func(c *Config, v string) error { c.Media.S3.Region = v; return nil }},
	{"media.s3.prefix", "what the names of all objects begin with, where the bucket has others too", "", false,
		func(c *Config, v string) error { c.Media.S3.Prefix = strings.Trim(v, "/"); return nil }},
	{"media.s3.key_file", "file with the access key in its first line and the secret in its second", "", false,
		func(c *Config, v string) error { c.Media.S3.KeyFile = v; return nil }},
	{"media.s3.path_style", "the bucket is in the path, at Amazon too", "", true,
		func(c *Config, v string) error { return setBool(&c.Media.S3.PathStyle, v) }},
	{"media.max", "one upload: 500MB, 2GB", "2147483648", false,
		setBytes(func(c *Config) *int64 { return &c.Media.Max }, 1)},
	{"media.day", "what one account may upload in a day: 1GB, 20GB; 0: no limit", "10GB", false,
		setBytes(func(c *Config) *int64 { return &c.Media.Day }, 0)},
	{"media.account", "what all messages of one account may carry together; 0: no limit", "0", false,
		setBytes(func(c *Config) *int64 { return &c.Media.Account }, 0)},
	{"limits.strangers", "on, or off: nobody's strangers, links to them and new groups are counted",
		"on", false, setStrangers},
	{"search", "on, or off: messages and public chats are not searched, and their index is removed", "on", false,
		setSearch},
	{"previews", "on, or off: the server looks at no page that a link leads to", "on", false,
		func(c *Config, v string) (err error) { c.Previews.Off, err = switchedOff(v); return err }},
	{"previews_test_root", "in tests alone: certificate of a site on this machine, the only one looked at",
		"", false, func(c *Config, v string) error { c.Previews.TestRoot = v; return nil }},
	{"push", "on, or off: no device is woken, and no push service is spoken to", "on", false, setPush},
	{"push_test_root", "in tests alone: certificate of a push service on this machine, the only one spoken to",
		"", false, func(c *Config, v string) error { c.Push.TestRoot = v; return nil }},
	{"stop_within", "how long a graceful stop may take", "15s", false, setStopWithin},
	{"log.level", "debug, info, warn or error", "info", false, setLevel},
	{"log.json", "write the log as JSON lines", "", true,
		func(c *Config, v string) error { return setBool(&c.LogJSON, v) }},
}

// setBytes reads a number of bytes, no fewer than some.
func setBytes(to func(*Config) *int64, least uint64) func(*Config, string) error {
	return func(c *Config, v string) error {
		m, err := ParseMark(v)
		if err != nil || m.Percent != 0 || m.Bytes < least || m.Bytes > math.MaxInt64 {
			return fmt.Errorf("%q is not a number of bytes such as 100MB", v)
		}
		*to(c) = int64(m.Bytes)
		return nil
	}
}

// setEndpoint takes a host for one with TLS: plain HTTP has to be said.
func setEndpoint(c *Config, v string) error {
	if v != "" && !strings.Contains(v, "://") {
		v = "https://" + v
	}
	u, err := url.Parse(v)
	web := err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.User == nil && u.RawQuery == ""
	if v != "" && (!web || u.Host == "" || strings.Trim(u.Path, "/") != "") {
		return fmt.Errorf("%q is not the address of a gateway such as s3.example.org", v)
	}
	c.Media.S3.Endpoint = strings.TrimSuffix(v, "/")
	return nil
}

func setSearch(c *Config, v string) error {
	if v != "on" && v != "off" {
		return errors.New("say on or off")
	}
	c.NoSearch = v == "off"
	return nil
}

func setPush(c *Config, v string) (err error) {
	c.Push.Off, err = switchedOff(v)
	return err
}

func switchedOff(v string) (off bool, err error) {
	if v != "on" && v != "off" {
		return false, errors.New("say on or off")
	}
	return v == "off", nil
}

func setStrangers(c *Config, v string) error {
	if v != "on" && v != "off" {
		return errors.New("say on or off")
	}
	c.Unlimited = v == "off"
	return nil
}

// setOpen keeps some seconds' worth as the burst: pages open several connections at once.
func setOpen(c *Config, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > 1_000_000 {
		return errors.New("say a number from 0 to 1,000,000")
	}
	c.Rates.Address, c.Rates.AddressBurst = n, 8*n
	return nil
}

func setRequests(c *Config, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > 1_000_000 {
		return errors.New("say a number from 0 to 1,000,000")
	}
	burst := native.DefaultRates()
	if n == 0 {
		burst = native.Rates{}
	}
	c.Rates.Connection, c.Rates.ConnectionBurst = n, burst.ConnectionBurst
	c.Rates.Account, c.Rates.AccountBurst = 2*n, burst.AccountBurst
	return nil
}

// words splits a comma separated list.
func words(v string) []string {
	return strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' })
}

func setBool(to *bool, v string) error {
	b, err := strconv.ParseBool(v)
	if err != nil {
		return errors.New("say true or false")
	}
	*to = b
	return nil
}

func setAddress(to *string, v string) error {
	if _, port, err := net.SplitHostPort(v); err != nil || port == "" {
		return fmt.Errorf("%q is not host:port, such as 127.0.0.1:8080 or :8080", v)
	}
	*to = v
	return nil
}

var domainName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$`)

func setDomain(c *Config, v string) error {
	v = strings.ToLower(strings.TrimSuffix(v, "."))
	if v != "" && !domainName.MatchString(v) {
		return fmt.Errorf("%q is not a domain name such as chat.example.org", v)
	}
	c.Domain = v
	return nil
}

func setSignup(c *Config, v string) error {
	if v != account.SignupOpen && v != account.SignupInvite && v != account.SignupClosed {
		return errors.New("say open, invite or closed")
	}
	c.Signup = v
	return nil
}

func setName(c *Config, v string) error {
	if n := utf8.RuneCountInString(v); n == 0 || n > 64 || !utf8.ValidString(v) {
		return errors.New("a name has 1 to 64 characters")
	}
	c.Name = v
	return nil
}

func setAddresses(c *Config, v string) error {
	c.Address = nil
	for _, w := range words(v) {
		u, err := url.Parse(w)
		web := err == nil && (u.Scheme == "https" || u.Scheme == "http")
		if !web || u.Host == "" || strings.Trim(u.Path, "/") != "" {
			return fmt.Errorf("%q is not an address such as https://chat.example.org", w)
		}
		c.Address = append(c.Address, u.Scheme+"://"+u.Host)
	}
	return nil
}

func setMetrics(c *Config, v string) error {
	if v == "none" {
		v = ""
	}
	return setNetworks(&c.Metrics, v)
}

func setNetworks(to *[]netip.Prefix, v string) error {
	*to = nil
	for _, w := range words(v) {
		p, err := netip.ParsePrefix(w)
		if a, aerr := netip.ParseAddr(w); aerr == nil {
			p, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			return fmt.Errorf("%q is not an address or network such as 10.0.0.0/8", w)
		}
		*to = append(*to, p.Masked())
	}
	return nil
}

func setACME(c *Config, v string) error {
	if u, err := url.Parse(v); v != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		return fmt.Errorf("%q is not the https address of an ACME directory", v)
	}
	c.TLS.ACME = v
	return nil
}

func setIssuer(c *Config, v string) error {
	u, err := url.Parse(v)
	local := err == nil && u.Scheme == "http" && isLoopback(u.Host)
	if v != "" && (err != nil || u.Host == "" || u.Scheme != "https" && !local) {
		return fmt.Errorf("%q is not the https address of a provider", v)
	}
	c.OIDC.Issuer = v
	return nil
}

func setRooms(c *Config, v string) error {
	c.OIDC.Rooms = nil
	for _, w := range words(v) {
		group, link, _ := strings.Cut(w, "=")
		u, err := url.Parse(link)
		if err != nil || group == "" || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return fmt.Errorf("%q is not group=https://…", w)
		}
		if c.OIDC.Rooms == nil {
			c.OIDC.Rooms = map[string][]string{}
		}
		c.OIDC.Rooms[group] = append(c.OIDC.Rooms[group], link)
	}
	return nil
}

func setSession(c *Config, v string) error {
	d, err := time.ParseDuration(v)
	if err != nil || d < time.Hour || d > 365*24*time.Hour {
		return errors.New("say a time from 1h to 8760h")
	}
	c.OIDC.Session = d
	return nil
}

func setDeletion(c *Config, v string) error {
	d, err := time.ParseDuration(v)
	if err != nil || d < time.Second || d > 365*24*time.Hour {
		return errors.New("say a time from 1s to 8760h")
	}
	c.DeletesIn = d
	return nil
}

func setKeep(c *Config, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > 10_000 {
		return errors.New("say how many: 0 to 10000")
	}
	c.Backup.Keep = n
	return nil
}

func setBackupAt(c *Config, v string) error {
	t, err := time.Parse("15:04", v)
	if err != nil {
		return errors.New("say a time of day such as 03:30")
	}
	c.Backup.At = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	return nil
}

// setRate reads "burst/interval", such as 100/10s: a hundred at once, then one every ten seconds; or "off".
func setRate(of func(*account.Limits) *account.Rate) func(*Config, string) error {
	return func(c *Config, v string) error {
		if v == "off" {
			*of(&c.Limits) = account.Rate{}
			return nil
		}
		burst, every, ok := strings.Cut(v, "/")
		n, err1 := strconv.Atoi(burst)
		d, err2 := time.ParseDuration(every)
		if !ok || err1 != nil || err2 != nil || n <= 0 || d <= 0 {
			return errors.New("say a burst and an interval such as 100/10s, or off")
		}
		*of(&c.Limits) = account.Rate{Burst: n, Every: d}
		return nil
	}
}

func setStopWithin(c *Config, v string) error {
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 || d > time.Hour {
		return errors.New("say a time such as 15s")
	}
	c.StopWithin = d
	return nil
}

func setLevel(c *Config, v string) error {
	var l slog.Level
	if err := l.UnmarshalText([]byte(v)); err != nil {
		return errors.New("say debug, info, warn or error")
	}
	c.LogLevel = l
	return nil
}
