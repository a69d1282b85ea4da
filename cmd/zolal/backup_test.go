// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// incarnation is which life of its store a server is in.
func (p *process) incarnation() string {
	p.t.Helper()
	_, body := p.fetch("/.well-known/zolal")
	var known struct{ Incarnation string }
	if err := json.Unmarshal([]byte(body), &known); err != nil {
		p.t.Fatal(err)
	}
	return known.Incarnation
}

func TestABackupRestoredOnABareMachineGoesOnWhereItWasMade(t *testing.T) {
	p := serve(t, t.TempDir(), "--name", "Spring", "--signup", "open")
	sara, reza := p.signUp("sara_first"), p.signUp("reza_second")
	chat := sara.chatWith(reza)
	want := lines("before the backup", 20)
	for _, text := range want {
		sara.say(chat, text)
	}
	out := filepath.Join(t.TempDir(), "a backup.tar.zst")
	mustRun(t, "backup", out, "--data", p.dir)
	for _, text := range lines("after the backup", 5) {
		reza.say(chat, text)
	}
	before := p.incarnation()
	if code := p.signal(syscall.SIGTERM); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	if info, err := os.Stat(out); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup: %v, %v", info, err)
	}

	// On another machine there is the binary and the file.
	dir := filepath.Join(t.TempDir(), "new")
	said := mustRun(t, "restore", out, "--data", dir)
	if !strings.Contains(said, "settings of the backup") {
		t.Errorf("restore says:\n%s", said)
	}
	q := serve(t, dir)
	if after := q.incarnation(); after == before {
		t.Error("the restored store passes for the one that was")
	}
	if _, body := q.fetch("/.well-known/zolal"); !strings.Contains(body, `"name":"Spring"`) {
		t.Errorf("the settings are lost: %s", body)
	}
	sara, reza = q.dial(sara.session), q.dial(reza.session)
	reza.say(chat, "and on we talk")
	if got := sara.texts(chat); !slices.Equal(got, append(want, "and on we talk")) {
		t.Errorf("there are %d messages: %q", len(got), got)
	}
	q.signUp("mina_third")
	mustRun(t, "fsck", "--data", dir)
}

func TestARestoreTouchesNothingUnlessItIsSafe(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	mustRun(t, "user", "add", "parvaneh", "--data", dir)
	good := filepath.Join(place, "good.tar.zst")
	mustRun(t, "backup", good, "--data", dir)
	mustRun(t, "user", "add", "golnaz", "--data", dir)
	raw, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(file, data string, want ...string) {
		t.Helper()
		_, errs, code := zolalRun(t, "restore", file, "--data", data)
		if code != 1 {
			t.Errorf("%s: exit code %d", filepath.Base(file), code)
		}
		for _, w := range want {
			if !strings.Contains(errs, w) {
				t.Errorf("%s: %q is not in\n%s", filepath.Base(file), w, errs)
			}
		}
	}
	empty := t.TempDir()
	spoil := func(name string, change func([]byte) []byte) {
		t.Helper()
		file := filepath.Join(place, name)
		if err := os.WriteFile(file, change(slices.Clone(raw)), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(file, empty, "cannot be restored", "Nothing was changed")
	}
	spoil("cut off", func(b []byte) []byte { return b[:len(b)*2/3] })
	spoil("cut off at its end", func(b []byte) []byte { return b[:len(b)-1] })
	spoil("one bit", func(b []byte) []byte { b[len(b)/2] ^= 4; return b })
	spoil("something else", func([]byte) []byte { return []byte("my holiday pictures") })
	spoil("nothing", func([]byte) []byte { return nil })
	entries, err := os.ReadDir(empty)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), "lock") {
			t.Errorf("a refused restore left %s", e.Name())
		}
	}
	refused(good, dir, "is not empty", "--force")

	p := serve(t, dir)
	_, errs, code := zolalRun(t, "restore", good, "--force", "--data", dir)
	if code != 1 || !strings.Contains(errs, "another zolal") {
		t.Errorf("below a running server: %d %s", code, errs)
	}
	p.kill()

	said := mustRun(t, "restore", good, "--force", "--data", dir, "--json")
	var r struct{ Before string }
	if err := json.Unmarshal([]byte(said), &r); err != nil || r.Before == "" {
		t.Fatalf("%v: %s", err, said)
	}
	if out := mustRun(t, "user", "list", "--data", dir); strings.Contains(out, "golnaz") ||
		!strings.Contains(out, "parvaneh") {
		t.Errorf("after the restore:\n%s", out)
	}
	if out := mustRun(t, "user", "list", "--data", r.Before); !strings.Contains(out, "golnaz") {
		t.Errorf("what was moved aside:\n%s", out)
	}
}

func TestABackupIsNeverWrittenOverAnother(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	mustRun(t, "user", "add", "parvaneh", "--data", dir)
	out := filepath.Join(place, "b.tar.zst")
	mustRun(t, "backup", out, "--data", dir)
	first, err := os.Stat(out)
	if err != nil {
		t.Fatal(err)
	}
	_, errs, code := zolalRun(t, "backup", out, "--data", dir)
	if code != 1 || !strings.Contains(errs, "never overwritten") {
		t.Errorf("%d %s", code, errs)
	}
	if again, err := os.Stat(out); err != nil || !again.ModTime().Equal(first.ModTime()) {
		t.Errorf("it changed: %v", err)
	}
	_, errs, code = zolalRun(t, "backup", filepath.Join(place, "none", "b.tar.zst"), "--data", dir)
	if code != 1 || !strings.Contains(errs, "Make that directory first") {
		t.Errorf("%d %s", code, errs)
	}
	// Into a directory, under a name of its own.
	mustRun(t, "backup", place, "--data", dir)
	files, err := filepath.Glob(filepath.Join(place, "zolal-*.tar.zst"))
	if err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}
	if left, _ := filepath.Glob(filepath.Join(place, "*.partial*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestABackupIntoADirectoryThatIsNotThereIsRefusedOrMakesIt(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	mustRun(t, "user", "add", "parvaneh", "--data", dir)
	fresh := filepath.Join(place, "fresh")
	_, errs, code := zolalRun(t, "backup", fresh, "--data", dir)
	if _, err := os.Stat(fresh); code != 1 || !strings.Contains(errs, "End it with a slash") || err == nil {
		t.Errorf("a directory that is not there: %d %v\n%s", code, err, errs)
	}
	mustRun(t, "backup", fresh+"/", "--data", dir)
	if made, err := filepath.Glob(filepath.Join(fresh, "zolal-*.tar.zst")); len(made) != 1 || err != nil {
		t.Errorf("in a directory that was made for it are %v, %v", made, err)
	}
	_, errs, code = zolalRun(t, "backup", filepath.Join(place, "none", "below")+"/", "--data", dir)
	if code != 1 || !strings.Contains(errs, "Make that directory first") {
		t.Errorf("below a directory that is not there: %d\n%s", code, errs)
	}
}

func TestTheAgeOfTheNightlyBackupIsShown(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(here, place)
	if err != nil {
		t.Fatal(err)
	}
	p := serve(t, dir, "--backup-dir", relative)
	out := mustRun(t, "backup", "--status", "--data", dir)
	if !strings.Contains(out, "no nightly backup yet in "+relative) {
		t.Errorf("before the first: %s", out)
	}
	mustRun(t, "backup", place, "--data", dir)
	var s struct {
		Count int
		Age   int64 `json:"age_seconds"`
		Bytes int64
	}
	if err := json.Unmarshal([]byte(mustRun(t, "backup", "--status", "--json", "--data", dir)), &s); err != nil {
		t.Fatal(err)
	}
	if s.Count != 1 || s.Age < 0 || s.Age > 600 || s.Bytes == 0 {
		t.Errorf("%+v", s)
	}
	_, metrics := p.fetch("/metrics")
	if code := p.signal(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d", code)
	}
	// Where no server runs, a command knows the settings of the last one.
	out = mustRun(t, "backup", "--status", "--data", dir)
	if !strings.Contains(out, "1 backups") || !strings.Contains(out, place) {
		t.Errorf("after the stop: %s", out)
	}
	if body := metrics; !strings.Contains(body, "\nzolal_backup_age_seconds ") ||
		!strings.Contains(body, "\nzolal_backups 1\n") {
		t.Error("the metrics do not tell of the backup")
	}
}

// pair writes a certificate with its key.
func pair(t *testing.T) (cert, key string) {
	t.Helper()
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "site.crt"), filepath.Join(dir, "site.key")
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().AddDate(0, 0, 90)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: keyDER},
	} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

func TestABackupCarriesTheCertificateFilesThatSettingsName(t *testing.T) {
	cert, key := pair(t)
	p := serve(t, t.TempDir(), "--tls-cert", cert, "--tls-key", key)
	place := t.TempDir()
	whole, lacking := filepath.Join(place, "whole.tar.zst"), filepath.Join(place, "lacking.tar.zst")
	mustRun(t, "backup", whole, "--data", p.dir)
	if code := p.signal(syscall.SIGTERM); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	// On the same machine whoever renews them goes on writing to the old places.
	same := filepath.Join(t.TempDir(), "same")
	if said := mustRun(t, "restore", whole, "--data", same); strings.Contains(said, "certificate") {
		t.Errorf("where the files are still there, restore says:\n%s", said)
	}
	if err := os.Rename(key, key+".away"); err != nil {
		t.Fatal(err)
	}
	said := mustRun(t, "backup", lacking, "--data", p.dir)
	if !strings.Contains(said, "lacks the file of tls.key") {
		t.Errorf("a backup that lacks the key says:\n%s", said)
	}
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	bare := filepath.Join(t.TempDir(), "bare")
	said = mustRun(t, "restore", whole, "--data", bare)
	if !strings.Contains(said, "must write to "+filepath.Join(bare, "tls")) {
		t.Errorf("on a bare machine restore says:\n%s", said)
	}
	q := serve(t, bare)
	out, err := exec.CommandContext(t.Context(), "curl", "-sSk", q.url+"/healthz").CombinedOutput()
	if err != nil || string(out) != "ok\n" || !strings.HasPrefix(q.url, "https://") {
		t.Errorf("%s: %v: %s", q.url, err, out)
	}
	said = mustRun(t, "restore", lacking, "--data", filepath.Join(t.TempDir(), "lacking"))
	if !strings.Contains(said, "the file of tls.key is neither in the backup nor here") {
		t.Errorf("of a backup without the key restore says:\n%s", said)
	}
}

// writeExport writes the export of a channel with so many posts.
func writeExport(t *testing.T, file string, n int) {
	t.Helper()
	type message struct {
		ID   int    `json:"id"`
		Type string `json:"type"`
		Date string `json:"date"`
		Unix string `json:"date_unixtime"`
		From string `json:"from"`
		Text string `json:"text"`
	}
	var list []message
	for i, text := range lines("خبر", n) {
		list = append(list, message{i + 1, "message", "2025-01-02T03:04:05", "1735787045", "spring", text})
	}
	raw, err := json.Marshal(map[string]any{
		"name": "Spring", "type": "public_channel", "id": 77, "messages": list,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAnExportIsImportedOnceHoweverOftenItIsRun(t *testing.T) {
	p := serve(t, t.TempDir())
	sara := p.signUp("sara_first")
	file := filepath.Join(t.TempDir(), "result.json")
	type report struct{ Read, Added, Updated, Unchanged, Vanished, Failed int }
	imported := func(want report, args ...string) {
		t.Helper()
		var got report
		line := append([]string{"import", "telegram", file, "--as", "sara_first", "--channel", "spring_news",
			"--json", "--data", p.dir}, args...)
		if err := json.Unmarshal([]byte(mustRun(t, line...)), &got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	writeExport(t, file, 300)
	imported(report{Read: 300, Added: 300}, "--dry-run")
	imported(report{Read: 300, Added: 300})
	imported(report{Read: 300, Unchanged: 300})
	writeExport(t, file, 310)
	imported(report{Read: 310, Added: 10, Unchanged: 300}, "--dry-run")
	imported(report{Read: 310, Added: 10, Unchanged: 300})

	got := new(zolalv1.ResolveResponse)
	req := &zolalv1.ResolveRequest{What: &zolalv1.ResolveRequest_Name{Name: "spring_news"}}
	sara.must(func(ctx context.Context) error { return sara.Call(ctx, "Chats/Resolve", req, got) })
	if texts := sara.texts(got.GetChat().GetId()); !slices.Equal(texts, lines("خبر", 310)) {
		t.Errorf("%d messages", len(texts))
	}
	list := new(zolalv1.SyncResponse)
	sara.must(func(ctx context.Context) error {
		return sara.Call(ctx, "Sync/Sync", &zolalv1.SyncRequest{Limit: 10}, list)
	})
	for _, row := range list.GetChats() {
		if row.GetUnread() > 0 {
			t.Errorf("the owner has %d of the imported messages unread", row.GetUnread())
		}
	}

	for text, want := range map[string]string{
		`{"messages": [{"id": 1, "type": "mes`: "broken at line 1",
		"{\n\"messages\": 7\n}":                "line 2",
		"no json":                              "line 1",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, errs, code := zolalRun(t, "import", "telegram", file, "--as", "sara_first", "--data", p.dir)
		if code != 1 || !strings.Contains(errs, want) || !strings.Contains(errs, "Export the chat again") {
			t.Errorf("%q: %d %s", text, code, errs)
		}
	}
	_, errs, code := zolalRun(t, "import", "telegram", file, "--as", "nobody_here", "--data", p.dir)
	if code != 1 || !strings.Contains(errs, "--as") {
		t.Errorf("%d %s", code, errs)
	}
	_, errs, code = zolalRun(t, "import", "telegram", file+".none", "--as", "sara_first", "--data", p.dir)
	if code != 1 || !strings.Contains(errs, "result.json") {
		t.Errorf("%d %s", code, errs)
	}
}
