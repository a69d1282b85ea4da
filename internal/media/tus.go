// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"context"
	"crypto/sha1" // what the protocol demands; no secret hangs on it
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"io"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// UploadPath is where uploads are made, by the protocol tus.
const UploadPath = "/upload/"

// Headers of tus 1.0.
const (
	tusVersion    = "1.0.0"
	tusExtensions = "creation,checksum,termination,concatenation"
	tusChecksums  = "sha1,sha256"

	headerResumable = "Tus-Resumable"
	headerOffset    = "Upload-Offset"
	headerLength    = "Upload-Length"
	headerConcat    = "Upload-Concat"

	typePart = "application/offset+octet-stream"
)

// TusHeaders are the headers that a page of another origin may send, and those it may read.
func TusHeaders() (sent, read string) {
	return "Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset, Upload-Checksum, Upload-Concat, " +
			"Content-Type, Authorization, X-HTTP-Method-Override",
		"Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm, Upload-Offset, " +
			"Upload-Length, Upload-Concat, Location"
}

const (
	// stallAfter is how long an upload may bring nothing before its connection is given up; what came is kept.
	stallAfter = 60 * time.Second
	// maxParts bounds how many parts are joined, maxHeader what a header of ours may hold.
	maxParts  = maxOpen
	maxHeader = 8192
)

// ServeOptions answers what this server can.
func (s *Service) ServeOptions(w http.ResponseWriter) {
	h := w.Header()
	h.Set(headerResumable, tusVersion)
	h.Set("Tus-Version", tusVersion)
	h.Set("Tus-Extension", tusExtensions)
	h.Set("Tus-Checksum-Algorithm", tusChecksums)
	h.Set("Tus-Max-Size", strconv.FormatInt(s.cfg.Max, 10))
	w.WriteHeader(http.StatusNoContent)
}

// ServeUpload carries out one request of tus for an account. An error is for the caller to answer with; the
// headers that belong to it are set.
//
// MEDIA-1
func (s *Service) ServeUpload(w http.ResponseWriter, r *http.Request, owner chat.AccountID) error {
	w.Header().Set(headerResumable, tusVersion)
	if r.Header.Get(headerResumable) != tusVersion {
		w.Header().Set("Tus-Version", tusVersion)
		return &chat.Error{Code: chat.CodeVersionUnsupported, Field: headerResumable,
			Text: "this is tus " + tusVersion}
	}
	id := chat.FileID(strings.TrimPrefix(r.URL.Path, UploadPath))
	switch method := methodOf(r); {
	case method == http.MethodPost && id == "":
		return s.serveCreate(w, r, owner)
	case method == http.MethodHead && id != "":
		return s.serveWhere(w, r, owner, id)
	case method == http.MethodPatch && id != "":
		return s.servePatch(w, r, owner, id)
	case method == http.MethodDelete && id != "":
		if err := s.Cancel(r.Context(), owner, id); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return chat.Errorf(chat.CodeBadRequest, "POST to make an upload, HEAD, PATCH and DELETE of one")
}

// methodOf is the method of a request; proxies that let only some through are got past by a header.
func methodOf(r *http.Request) string {
	if o := r.Header.Get("X-HTTP-Method-Override"); o != "" && r.Method == http.MethodPost {
		return o
	}
	return r.Method
}

func (s *Service) serveCreate(w http.ResponseWriter, r *http.Request, owner chat.AccountID) error {
	n := NewUpload{}
	if err := readMetadata(r.Header.Get("Upload-Metadata"), &n); err != nil {
		return err
	}
	begin := s.Begin
	concat, parts, _ := strings.Cut(r.Header.Get(headerConcat), ";")
	switch {
	case concat == "final":
		var err error
		if n.Parts, err = readParts(parts); err != nil {
			return err
		}
		begin = s.Join
	case concat != "" && concat != "partial":
		return &chat.Error{Code: chat.CodeBadRequest, Field: headerConcat, Text: "partial, or final with parts"}
	default:
		length, err := number(r, headerLength)
		if err != nil {
			return err
		}
		n.Length, n.Partial = length, concat == "partial"
	}
	id, err := begin(r.Context(), owner, n)
	if err != nil {
		return err
	}
	w.Header().Set("Location", UploadPath+string(id))
	w.WriteHeader(http.StatusCreated)
	return nil
}

// readMetadata reads what a client says of an upload: names and values in base64.
func readMetadata(header string, n *NewUpload) error {
	if len(header) > maxHeader {
		return &chat.Error{Code: chat.CodeTooLarge, Field: "Upload-Metadata", Text: "too long"}
	}
	for pair := range strings.SplitSeq(header, ",") {
		key, encoded, _ := strings.Cut(strings.TrimSpace(pair), " ")
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
		if err != nil {
			return &chat.Error{Code: chat.CodeBadRequest, Field: "Upload-Metadata", Text: "values are base64"}
		}
		switch key {
		case "filename":
			n.Name = string(raw)
		case "kind":
			n.Photo = string(raw) == "photo"
		}
	}
	return nil
}

// readParts reads the addresses of partial uploads.
func readParts(list string) ([]chat.FileID, error) {
	all := strings.Fields(list)
	if len(all) < 1 || len(all) > maxParts || len(list) > maxHeader {
		return nil, &chat.Error{Code: chat.CodeBadRequest, Field: headerConcat, Text: "no parts, or too many"}
	}
	seen := make(map[chat.FileID]bool)
	ids := make([]chat.FileID, 0, len(all))
	for _, address := range all {
		id := chat.FileID(path.Base(address))
		if seen[id] {
			return nil, &chat.Error{Code: chat.CodeBadRequest, Field: headerConcat, Text: "a part is named twice"}
		}
		seen[id] = true
		ids = append(ids, id)
	}
	return ids, nil
}

func number(r *http.Request, header string) (int64, error) {
	n, err := strconv.ParseInt(r.Header.Get(header), 10, 64)
	if err != nil || n < 0 {
		return 0, &chat.Error{Code: chat.CodeBadRequest, Field: header, Text: "a number of bytes is needed"}
	}
	return n, nil
}

func (s *Service) serveWhere(
	w http.ResponseWriter, r *http.Request, owner chat.AccountID, id chat.FileID,
) error {
	p, err := s.Where(r.Context(), owner, id)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set(headerOffset, strconv.FormatInt(p.Offset, 10))
	h.Set(headerLength, strconv.FormatInt(p.Length, 10))
	if p.Partial {
		h.Set(headerConcat, "partial")
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func (s *Service) servePatch(
	w http.ResponseWriter, r *http.Request, owner chat.AccountID, id chat.FileID,
) error {
	if r.Header.Get("Content-Type") != typePart {
		return &chat.Error{Code: chat.CodeBadRequest, Field: "Content-Type", Text: "is " + typePart}
	}
	at, err := number(r, headerOffset)
	if err != nil {
		return err
	}
	p := Part{Offset: at}
	if p.Check, p.Want, err = checksum(r.Header.Get("Upload-Checksum")); err != nil {
		return err
	}
	control := http.NewResponseController(w)
	body := &steady{Reader: r.Body, control: control}
	p.Body, p.Interrupt = body, body.interrupt
	ctx := context.WithoutCancel(r.Context()) // a client that goes away leaves what it sent
	now, err := s.Append(ctx, owner, id, p)
	_ = control.SetReadDeadline(time.Time{})
	if err != nil {
		if chat.CodeOf(err) == chat.CodeUploadOffset {
			w.Header().Set(headerOffset, strconv.FormatInt(now, 10))
		}
		return err
	}
	w.Header().Set(headerOffset, strconv.FormatInt(now, 10))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// checksum reads which hash a part should have.
func checksum(header string) (hash.Hash, []byte, error) {
	if header == "" {
		return nil, nil, nil
	}
	name, encoded, _ := strings.Cut(header, " ")
	want, err := base64.StdEncoding.DecodeString(encoded)
	h := map[string]hash.Hash{"sha1": sha1.New(), "sha256": sha256.New()}[name]
	if err != nil || h == nil || len(want) != h.Size() {
		return nil, nil, &chat.Error{Code: chat.CodeBadRequest, Field: "Upload-Checksum",
			Text: "a checksum is by " + tusChecksums}
	}
	return h, want, nil
}

// steady reads a body that has to bring something now and then.
type steady struct {
	io.Reader
	control *http.ResponseController

	mu      sync.Mutex
	since   time.Time
	stopped bool
}

// Read implements io.Reader.
func (s *steady) Read(p []byte) (int, error) {
	if err := s.wait(); err != nil {
		return 0, err
	}
	return s.Reader.Read(p)
}

// wait gives the next read its time. A second's precision is enough, and saves a call for each read.
func (s *steady) wait() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	switch {
	case s.stopped:
		return os.ErrDeadlineExceeded
	case now.Sub(s.since) < time.Second:
		return nil
	}
	s.since = now
	err := s.control.SetReadDeadline(now.Add(stallAfter))
	if errors.Is(err, http.ErrNotSupported) {
		return nil // as in a test without a network
	}
	return err
}

// interrupt ends a read that waits, and all that come after it.
func (s *steady) interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	_ = s.control.SetReadDeadline(time.Now()) // as above
}
