// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"crypto/rand"
)

// authority is an ACME authority (RFC 8555) that believes everybody: every authorization is valid already, so
// that no challenge has to come back to the server under test.
type authority struct {
	*httptest.Server
	ca *local

	mu     sync.Mutex
	issued []byte // PEM, once finalized
}

func newAuthority(t *testing.T, ca *local) *authority {
	t.Helper()
	a := &authority{ca: ca}
	mux := http.NewServeMux()
	answer := func(pattern string, status int, body func(payload []byte) any) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Replay-Nonce", rand.Text())
			w.Header().Set("Location", a.URL+strings.TrimPrefix(pattern, "POST ")+"/1")
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			if r.Method != http.MethodHead {
				_ = json.NewEncoder(w).Encode(body(jwsPayload(t, r.Body)))
			}
		})
	}
	answer("/directory", 200, func([]byte) any {
		return map[string]string{"newNonce": a.URL + "/nonce", "newAccount": a.URL + "/account",
			"newOrder": a.URL + "/order", "revokeCert": a.URL + "/revoke", "keyChange": a.URL + "/change"}
	})
	answer("/nonce", 200, func([]byte) any { return nil })
	answer("POST /account", 201, func([]byte) any { return map[string]string{"status": "valid"} })
	answer("POST /order", 201, func([]byte) any { return a.order() })
	answer("POST /order/1", 200, func([]byte) any { return a.order() })
	answer("POST /finalize", 200, func(payload []byte) any {
		a.issue(t, payload)
		return a.order()
	})
	answer("POST /authorization", 200, func([]byte) any {
		return map[string]any{"status": "valid", "challenges": []any{},
			"identifier": map[string]string{"type": "dns", "value": "chat.example.org"}}
	})
	mux.HandleFunc("POST /certificate", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Replay-Nonce", rand.Text())
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		_, _ = w.Write(a.issued)
	})
	a.Server = httptest.NewTLSServer(mux)
	t.Cleanup(a.Close)
	return a
}

// order is the one order there is, as far as it has come.
func (a *authority) order() map[string]any {
	a.mu.Lock()
	defer a.mu.Unlock()
	o := map[string]any{"status": "ready", "finalize": a.URL + "/finalize",
		"authorizations": []string{a.URL + "/authorization"},
		"identifiers":    []any{map[string]string{"type": "dns", "value": "chat.example.org"}}}
	if a.issued != nil {
		o["status"], o["certificate"] = "valid", a.URL+"/certificate"
	}
	return o
}

// issue signs what the request to finalize asks for.
func (a *authority) issue(t *testing.T, payload []byte) {
	var q struct{ CSR string }
	if err := json.Unmarshal(payload, &q); err != nil {
		t.Error(err)
		return
	}
	der, err := base64.RawURLEncoding.DecodeString(q.CSR)
	if err != nil {
		t.Error(err)
		return
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		t.Error(err)
		return
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), DNSNames: csr.DNSNames,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	leaf, err := x509.CreateCertificate(rand.Reader, template, a.ca.cert, csr.PublicKey, a.ca.key)
	if err != nil {
		t.Error(err)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.issued = append(pemOf("CERTIFICATE", leaf), pemOf("CERTIFICATE", a.ca.cert.Raw)...)
}

// jwsPayload reads what a signed request says; who signed it does not matter here.
func jwsPayload(t *testing.T, body io.Reader) []byte {
	raw, err := io.ReadAll(body)
	if err != nil || len(raw) == 0 {
		return nil
	}
	var jws struct{ Payload string }
	if err := json.Unmarshal(raw, &jws); err != nil {
		t.Error(err)
	}
	payload, err := base64.RawURLEncoding.DecodeString(jws.Payload)
	if err != nil {
		t.Error(err)
	}
	return payload
}

func TestACertificateForADomainComesByItselfAndOutlivesARestart(t *testing.T) {
	dir := t.TempDir()
	ca, err := openLocal(filepath.Join(dir, "test-ca"), []string{"chat.example.org"}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	authority := newAuthority(t, ca)
	root := filepath.Join(dir, "root.pem")
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Certificate().Raw})
	if err := os.WriteFile(root, cert, 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := Config{Data: dir, Domain: "chat.example.org", Listen: "127.0.0.1:0",
		TLS: TLSConfig{ACME: authority.URL + "/directory", ACMERoot: root}}
	trusted := readFileOf(t, dir, "test-ca", "ca.pem")
	serves := func() {
		t.Helper()
		a, err := openACME(t.Context(), cfg, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer a.close()
		for until := time.Now().Add(30 * time.Second); ; {
			err = handshake(t, a.config(), "chat.example.org", trusted, time.Now())
			if err == nil {
				break
			}
			if time.Now().After(until) {
				t.Fatalf("no certificate: %v", err)
			}
		}
		if left := time.Until(a.expires()); left < 89*24*time.Hour || left > 91*24*time.Hour {
			t.Errorf("it ends in %v", left)
		}
		if err := handshake(t, a.config(), "other.example.org", trusted, time.Now()); err == nil {
			t.Error("it serves a name that is not its own")
		}
	}
	serves()
	authority.Close() // from here on there is nobody to ask
	serves()

	w := httptest.NewRecorder()
	s := &Server{core: &core{cfg: cfg}}
	s.toHTTPS(w, httptest.NewRequest(http.MethodGet, "http://chat.example.org/chat/7?a=b", nil))
	if got := w.Header().Get("Location"); w.Code != 308 || got != "https://chat.example.org/chat/7?a=b" {
		t.Errorf("plain HTTP leads to %d %s", w.Code, got)
	}
	cfg.TLS.ACMERoot = filepath.Join(dir, "none.pem")
	if _, err := openACME(t.Context(), cfg, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a root that is not there is passed over")
	}
}
