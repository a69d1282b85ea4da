// SPDX-License-Identifier: AGPL-3.0-or-later

// Package pushservice is a push service such as makers of browsers run, together with its browsers, for tests
// and for load: RFC 8030 over HTTPS on this machine. It does what a real one and a browser do — knows its
// subscriptions, checks who pushes (RFC 8292), keeps what a topic replaced, decrypts (RFC 8291) — and
// remembers what came.
package pushservice

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// maxBody is what a push service takes at most (RFC 8030, section 7.2).
const maxBody = 4096

// Push is what a browser got.
type Push struct {
	Payload []byte // decrypted
	Size    int    // of what came, encrypted
	Topic   string
	TTL     string
	Urgency string
	Subject string // who pushes, as they say
}

// Browser is a browser with a subscription.
type Browser struct {
	Endpoint    string
	Key, Secret []byte

	service *Service
	private *ecdh.PrivateKey
	got     []Push // guarded by service.mu
}

// Service is a running push service.
type Service struct {
	// Sample checks and decrypts only every so many-th push; the rest are counted. For load; 0: all.
	Sample int

	server *httptest.Server

	mu       sync.Mutex
	browsers map[string]*Browser
	count    int
	wrong    []error
	changed  chan struct{} // closed at the next push
	answer   func(*Browser) (status int, retryAfter string)
}

// Start begins a push service; Close it.
func Start() *Service {
	s := &Service{browsers: make(map[string]*Browser), changed: make(chan struct{})}
	s.server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.server.EnableHTTP2 = true
	s.server.StartTLS()
	return s
}

// Close ends it.
func (s *Service) Close() { s.server.Close() }

// Root is the certificate of the service, as PEM.
func (s *Service) Root() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.server.Certificate().Raw})
}

// Browser makes a browser with a subscription.
func (s *Service) Browser() (*Browser, error) {
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a browser's key: %w", err)
	}
	return s.Twin(private), nil
}

// Twin makes a browser with a key that exists: for load, where many may share one.
func (s *Service) Twin(private *ecdh.PrivateKey) *Browser {
	b := &Browser{service: s, private: private, Key: private.PublicKey().Bytes(), Secret: make([]byte, 16)}
	rand.Read(b.Secret)
	path := "/push/" + rand.Text()
	b.Endpoint = s.server.URL + path
	s.mu.Lock()
	defer s.mu.Unlock()
	s.browsers[path] = b
	return b
}

// Answer has every push answered by a function from here on: a status other than 0 is answered instead of
// taking the push.
func (s *Service) Answer(f func(*Browser) (status int, retryAfter string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = f
}

// Count is how many pushes were taken, a channel that is closed at the next, and what was wrong with any.
func (s *Service) Count() (int, <-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count, s.changed, errors.Join(s.wrong...)
}

// Got is what the browser got so far, and a channel that is closed when anything more comes to any.
func (b *Browser) Got() ([]Push, <-chan struct{}) {
	b.service.mu.Lock()
	defer b.service.mu.Unlock()
	return append([]Push(nil), b.got...), b.service.changed
}

func (s *Service) serve(w http.ResponseWriter, r *http.Request) {
	status, retry := s.take(r)
	if retry != "" {
		w.Header().Set("Retry-After", retry)
	}
	w.WriteHeader(status)
}

func (s *Service) take(r *http.Request) (status int, retryAfter string) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(raw) > maxBody {
		return http.StatusRequestEntityTooLarge, ""
	}
	s.mu.Lock()
	b, answer := s.browsers[r.URL.Path], s.answer
	s.count++
	look := s.Sample == 0 || s.count%s.Sample == 1
	s.mu.Unlock()
	if b == nil {
		return http.StatusNotFound, ""
	}
	if answer != nil {
		if status, retry := answer(b); status != 0 {
			return status, retry
		}
	}
	p := Push{Size: len(raw), Topic: r.Header.Get("Topic"), TTL: r.Header.Get("TTL"),
		Urgency: r.Header.Get("Urgency")}
	if look {
		if p.Subject, err = s.who(r); err == nil {
			p.Payload, err = b.open(raw)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.wrong = append(s.wrong, err)
		return http.StatusForbidden, ""
	}
	if look {
		b.got = append(b.got, p)
	}
	close(s.changed)
	s.changed = make(chan struct{})
	return http.StatusCreated, ""
}

// who checks the signature of who pushes, and returns how they can be reached.
func (s *Service) who(r *http.Request) (string, error) {
	rest, ok := strings.CutPrefix(r.Header.Get("Authorization"), "vapid t=")
	token, key, two := strings.Cut(rest, ", k=")
	parts := strings.Split(token, ".")
	if !ok || !two || len(parts) != 3 {
		return "", errors.New("no VAPID")
	}
	public, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return "", fmt.Errorf("the key: %w", err)
	}
	by, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), public)
	if err != nil {
		return "", fmt.Errorf("the key: %w", err)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(signature) != 64 {
		return "", errors.New("no ES256 signature")
	}
	hash := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(by, hash[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		return "", errors.New("the signature is wrong")
	}
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		err = json.Unmarshal(raw, &claims)
	}
	left := time.Until(time.Unix(claims.Exp, 0))
	if err != nil || claims.Aud != s.server.URL || left <= 0 || left > 24*time.Hour {
		return "", fmt.Errorf("the claims are %s", raw)
	}
	if !strings.HasPrefix(claims.Sub, "mailto:") && !strings.HasPrefix(claims.Sub, "https:") {
		return "", fmt.Errorf("the subject is %q", claims.Sub)
	}
	return claims.Sub, nil
}

// open decrypts what came (RFC 8188, RFC 8291): salt, record size, key and the one record.
func (b *Browser) open(raw []byte) ([]byte, error) {
	const salt, head, point = 16, 21, 65
	if len(raw) < head+point || raw[20] != point {
		return nil, errors.New("no header of aes128gcm")
	}
	if size := binary.BigEndian.Uint32(raw[salt:]); int(size) < len(raw)-head-point {
		return nil, errors.New("more than one record")
	}
	sender, err := ecdh.P256().NewPublicKey(raw[head : head+point])
	if err != nil {
		return nil, fmt.Errorf("the sender's key: %w", err)
	}
	shared, err := b.private.ECDH(sender)
	if err != nil {
		return nil, fmt.Errorf("agree: %w", err)
	}
	info := "WebPush: info\x00" + string(b.Key) + string(sender.Bytes())
	ikm, err := hkdf.Key(sha256.New, shared, b.Secret, info, 32)
	if err != nil {
		return nil, fmt.Errorf("derive: %w", err)
	}
	key, err := hkdf.Key(sha256.New, ikm, raw[:salt], "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, fmt.Errorf("derive: %w", err)
	}
	nonce, err := hkdf.Key(sha256.New, ikm, raw[:salt], "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, fmt.Errorf("derive: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("cipher: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("cipher: %w", err)
	}
	plain, err := gcm.Open(nil, nonce, raw[head+point:], nil)
	if err != nil {
		return nil, fmt.Errorf("decrypt: %w", err)
	}
	plain = []byte(strings.TrimRight(string(plain), "\x00"))
	if len(plain) == 0 || plain[len(plain)-1] != 2 {
		return nil, errors.New("no end of the last record")
	}
	return plain[:len(plain)-1], nil
}
