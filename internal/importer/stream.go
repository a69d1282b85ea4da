// SPDX-License-Identifier: AGPL-3.0-or-later

package importer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/zolal-im/zolal/internal/chat"
)

// Summary is what an export says of itself.
type Summary struct {
	Name     string
	Type     string // public_channel, private_supergroup, personal_chat, …
	ID       int64
	Messages int
	Greatest int64 // the greatest number of a line
}

// FileError says where a file is at fault.
type FileError struct {
	Line   int // from 1
	Reason string
}

// Error names line and reason.
func (e *FileError) Error() string {
	return fmt.Sprintf("the export is broken at line %d: %s; nothing was imported", e.Line, e.Reason)
}

// Inspect reads a whole export without writing anything.
func Inspect(ctx context.Context, path string, note func(done int64)) (Summary, error) {
	s := Summary{}
	top := func(key string, value jsontext.Value) error {
		switch key {
		case "name":
			return orNull(value, &s.Name)
		case "type":
			return orNull(value, &s.Type)
		case "id":
			return orNull(value, &s.ID)
		}
		return nil
	}
	found, err := walk(ctx, path, note, top, func(r *record) error {
		s.Messages++
		s.Greatest = max(s.Greatest, r.ID)
		return nil
	})
	if err != nil {
		return s, err
	}
	if !found {
		return s, &FileError{Line: 1, Reason: "there is no list of messages: export one chat, as JSON"}
	}
	return s, nil
}

func orNull[T any](raw jsontext.Value, to *T) error {
	if raw.Kind() == 'n' {
		return nil
	}
	return json.Unmarshal(raw, to)
}

// scan hands on every line of an export.
func scan(ctx context.Context, path string, note func(int64), each func(*record) error) error {
	ignore := func(string, jsontext.Value) error { return nil }
	_, err := walk(ctx, path, note, ignore, each)
	return err
}

// walk reads the top object of a file: the list of messages one by one, anything else whole. It returns
// whether there was a list of messages.
func walk(
	ctx context.Context, path string, note func(int64),
	top func(string, jsontext.Value) error, each func(*record) error,
) (found bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("import: %w", err)
	}
	defer f.Close()
	mend := &mender{src: bufio.NewReaderSize(f, 1<<18)}
	// Telegram cuts texts in the middle of a surrogate pair; such halves become U+FFFD.
	d := jsontext.NewDecoder(mend, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	w := &walker{ctx: ctx, d: d, note: note, mend: mend}
	found, err = w.object(top, each)
	if err == nil {
		if _, more := d.ReadToken(); more != io.EOF {
			err = &shapeError{"something follows the end of the export"}
		}
	}
	return found, w.locate(path, err)
}

type walker struct {
	ctx   context.Context
	d     *jsontext.Decoder
	note  func(int64)
	mend  *mender
	count int
}

// shapeError is a file that is JSON and yet no export.
type shapeError struct{ reason string }

func (e *shapeError) Error() string { return e.reason }

func (w *walker) object(top func(string, jsontext.Value) error, each func(*record) error) (bool, error) {
	found := false
	if err := w.expect('{'); err != nil {
		return false, err
	}
	for w.d.PeekKind() != '}' {
		t, err := w.d.ReadToken()
		if err != nil {
			return found, err
		}
		key := t.String()
		switch key {
		case "messages":
			if found {
				return found, &shapeError{"there are two lists of messages"}
			}
			found = true
			if err := w.messages(each); err != nil {
				return found, err
			}
			continue
		case "chats", "left_chats":
			return found, &shapeError{"this is the export of a whole account; export one chat instead"}
		}
		raw, err := w.d.ReadValue()
		if err != nil {
			return found, err
		}
		if err := top(key, raw); err != nil {
			return found, err
		}
	}
	return found, w.expect('}')
}

func (w *walker) expect(want jsontext.Kind) error {
	t, err := w.d.ReadToken()
	if err != nil {
		return err
	}
	if t.Kind() != want {
		return &shapeError{fmt.Sprintf("%v stands where %v should", t.Kind(), want)}
	}
	return nil
}

// messages decodes the list one line at a time.
func (w *walker) messages(each func(*record) error) error {
	if err := w.expect('['); err != nil {
		return err
	}
	var before chat.Millis
	for w.d.PeekKind() != ']' {
		raw, err := w.d.ReadValue()
		if err != nil {
			return err
		}
		rec, err := parse(raw, before)
		if err != nil {
			return &lineError{w.d.InputOffset() - int64(len(raw)), err}
		}
		before = rec.at
		if err := each(rec); err != nil {
			return &sinkError{err}
		}
		if w.count++; w.count%512 == 0 {
			w.note(w.mend.read)
			if err := w.ctx.Err(); err != nil {
				return &sinkError{err}
			}
		}
	}
	return w.expect(']')
}

// lineError is a line at fault, with the offset where it begins.
type lineError struct {
	at  int64
	err error
}

func (e *lineError) Error() string { return e.err.Error() }
func (e *lineError) Unwrap() error { return e.err }

// sinkError carries an error of whoever takes the lines: the file is not to blame for it.
type sinkError struct{ err error }

func (e *sinkError) Error() string { return e.err.Error() }

// locate turns an error of the file into one that names its line.
func (w *walker) locate(path string, err error) error {
	var sink *sinkError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &sink):
		return sink.err
	}
	at := w.d.InputOffset()
	reason := err.Error()
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		at, reason = syntax.ByteOffset, syntax.Err.Error()
	}
	var begin *lineError
	if errors.As(err, &begin) {
		at = begin.at
	}
	var kind *json.SemanticError
	if errors.As(err, &kind) {
		reason = fmt.Sprintf("%s holds a value of the wrong kind", kind.JSONPointer)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		reason = "the file ends too early"
	}
	line, lerr := lineAt(path, at)
	if lerr != nil {
		return lerr
	}
	return &FileError{Line: line, Reason: reason}
}

// lineAt counts the lines up to an offset of the mended text.
func lineAt(path string, offset int64) (int, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("import: %w", err)
	}
	defer f.Close()
	r := io.LimitReader(&mender{src: bufio.NewReader(f)}, offset)
	buf := make([]byte, 1<<16)
	line := 1
	for {
		n, err := r.Read(buf)
		line += bytes.Count(buf[:n], []byte{'\n'})
		if err == io.EOF {
			return line, nil
		}
		if err != nil {
			return 0, fmt.Errorf("import: %w", err)
		}
	}
}

// mender turns \xHH inside strings, which Telegram Desktop writes for control characters and JSON does not
// know, into \u00HH. Everything else passes unchanged.
type mender struct {
	src    *bufio.Reader
	read   int64 // bytes taken from the source
	rest   []byte
	str    bool
	escape bool
}

// Read fills p with mended text.
func (m *mender) Read(p []byte) (int, error) {
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	for n < len(p) {
		chunk, err := m.src.Peek(min(m.src.Size(), len(p)-n))
		if len(chunk) == 0 {
			if n > 0 && err == io.EOF {
				return n, nil
			}
			return n, err
		}
		used, done := m.pass(p[n:], chunk)
		n += done
		m.read += int64(used)
		if _, err := m.src.Discard(used); err != nil {
			return n, err
		}
		if n > 0 && m.src.Buffered() == 0 {
			return n, nil
		}
	}
	return n, nil
}

// pass copies from chunk to p, which is at least as long, and stops after mending one escape. It returns
// how much was used of each.
func (m *mender) pass(p, chunk []byte) (used, done int) {
	for i := 0; i < len(chunk); {
		if !m.str {
			q := bytes.IndexByte(chunk[i:], '"')
			if q < 0 {
				return len(chunk), i + copy(p[i:], chunk[i:])
			}
			copy(p[i:], chunk[i:i+q+1])
			i += q + 1
			m.str = true
			continue
		}
		c := chunk[i]
		switch {
		case m.escape && c == 'x':
			m.escape = false
			k := copy(p[i:], "u00")
			m.rest = append(m.rest[:0], "u00"[k:]...)
			return i + 1, i + k
		case m.escape:
			m.escape = false
		case c == '\\':
			m.escape = true
		case c == '"':
			m.str = false
		}
		p[i] = c
		i++
	}
	return len(chunk), len(chunk)
}
