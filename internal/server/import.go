// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/importer"
	"github.com/zolal-im/zolal/internal/media"
)

// ImportTelegram asks for an export of Telegram Desktop to be imported.
type ImportTelegram struct {
	Path   string        `json:"path"`           // absolute: the JSON file, or the directory it lies in
	As     string        `json:"as"`             // username of the owner
	Name   string        `json:"name,omitempty"` // public name; empty: as the export is, and as it went before
	Type   chat.ChatType `json:"type,omitempty"` // Channel or Group; 0: as the export says
	DryRun bool          `json:"dry_run,omitempty"`
}

// Imported tells what became of an export.
type Imported struct {
	importer.Report
	Name    string  `json:"name,omitempty"` // public name; empty: only the owner sees the chat
	Title   string  `json:"title"`
	Chat    uint32  `json:"chat,omitempty"` // 0: a dry run that found none
	Seconds float64 `json:"seconds"`
	DryRun  bool    `json:"dry_run,omitempty"`
}

// ImportProgress tells how far an import is.
type ImportProgress struct {
	Done  int64 `json:"done"` // bytes of the file, over both passes
	Total int64 `json:"total"`
	Read  int   `json:"read"` // lines of the export
}

// importLine is one line of the answer to ImportTelegram: progress, and at the end the result.
type importLine struct {
	Progress *ImportProgress `json:"progress,omitempty"`
	Imported *Imported       `json:"imported,omitempty"`
	Failure  *failure        `json:"failure,omitempty"`
}

// progressEvery is how often progress is told.
const progressEvery = 200 * time.Millisecond

// serveImport answers with one JSON object a line, the last of which is the result.
func (c *core) serveImport(w http.ResponseWriter, r *http.Request) {
	var q ImportTelegram
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAdminBody)).Decode(&q); err != nil {
		w.WriteHeader(http.StatusUnprocessableEntity)
		bad := &chat.Error{Code: chat.CodeBadFrame, Text: "the question cannot be read", Err: err}
		writeJSON(w, failureOf(bad))
		return
	}
	var told time.Time
	done, err := c.importTelegram(r.Context(), q, func(p importer.Progress) {
		if time.Since(told) < progressEvery {
			return
		}
		told = time.Now()
		writeJSON(w, importLine{Progress: &ImportProgress{Done: p.Done, Total: p.Total, Read: p.Report.Read}})
		_ = http.NewResponseController(w).Flush() // the reader went away: r's context ends too
	})
	if err != nil {
		f := failureOf(err)
		writeJSON(w, importLine{Failure: &f})
		return
	}
	writeJSON(w, importLine{Imported: &done})
}

func (c *core) importTelegram(ctx context.Context, q ImportTelegram, note func(importer.Progress)) (
	done Imported, err error) {
	start := time.Now()
	path, err := exportFile(q.Path)
	if err != nil {
		return done, err
	}
	// One at a time: two first imports of one history would make two chats of it.
	select {
	case c.importing <- struct{}{}:
		defer func() { <-c.importing }()
	case <-ctx.Done():
		return done, ctx.Err()
	}
	owner, err := c.engine.ByName(ctx, q.As)
	if err != nil {
		return done, &Trouble{What: "no account has the username " + q.As, Err: err,
			Remedy: "Name the owner of the chat with --as; `zolal user list` shows who is there."}
	}
	info, err := os.Stat(path)
	if err != nil {
		return done, importTrouble(err)
	}
	summary, err := importer.Inspect(ctx, path, func(read int64) {
		note(importer.Progress{Done: read, Total: 2 * info.Size(), Report: &importer.Report{}})
	})
	if err != nil {
		return done, importTrouble(err)
	}
	done = Imported{Title: summary.Title(), DryRun: q.DryRun}
	to, err := c.importTarget(ctx, owner, q, summary)
	if err != nil {
		return done, importTrouble(err)
	}
	if !q.DryRun {
		if err := c.note(ctx, chat.ActImport, owner); err != nil {
			return done, err
		}
	}
	if h, ok := to.(*engine.Handle); ok {
		room := h.Chat()
		done.Name, done.Title, done.Chat = room.Name, room.Title, uint32(room.ID)
	}
	key, err := c.secret(ctx, "import/digests", sha256.Size)
	if err != nil {
		return done, err
	}
	o := importer.Options{Key: key, DryRun: q.DryRun, Progress: note, Files: adopted{c.media, owner}}
	run := func() (err error) {
		done.Report, err = importer.Telegram(ctx, path, summary, to, o)
		return err
	}
	if h, ok := to.(*engine.Handle); ok && !q.DryRun {
		err = c.seen(ctx, owner, h, run)
	} else {
		err = run()
	}
	if err != nil {
		return done, importTrouble(err)
	}
	done.Seconds = time.Since(start).Seconds()
	return done, nil
}

// adopted takes in the files of an export for the owner of the chat.
type adopted struct {
	media *media.Service
	owner chat.AccountID
}

// Keep implements importer.Files.
func (a adopted) Keep(ctx context.Context, from *os.File, name string, photo bool) (chat.Upload, error) {
	info, err := from.Stat()
	if err != nil {
		return chat.Upload{}, fmt.Errorf("a file of the export: %w", err)
	}
	return a.media.Adopt(ctx, a.owner, media.NewUpload{Length: info.Size(), Name: name, Photo: photo}, from)
}

// seen runs an import into a chat. What comes in does not count as unread to an owner who had nothing unread.
func (c *core) seen(ctx context.Context, owner chat.AccountID, h *engine.Handle, run func() error) error {
	before, err := h.Row(ctx)
	if err != nil {
		return err
	}
	if err := run(); err != nil || before.Unread > 0 {
		return err
	}
	head, err := h.Head(ctx)
	if err != nil {
		return err
	}
	actor := chat.Actor{Account: owner, Scopes: chat.AllScopes, Server: true}
	_, err = c.engine.MarkRead(ctx, actor, h.Chat().ID, head.Seq)
	return err
}

// exportFile finds the file of an export, which Telegram Desktop writes into a directory.
func exportFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		path = filepath.Join(path, "result.json")
		_, err = os.Stat(path)
	}
	if err != nil {
		return "", &Trouble{What: "the export cannot be read", Err: err,
			Remedy: "Name the file result.json of an export of one chat, or its directory. The server reads it, so " +
				"the user it runs as must be able to."}
	}
	return path, nil
}

// importTarget finds or makes the chat; a dry run makes none.
func (c *core) importTarget(ctx context.Context, owner chat.AccountID, q ImportTelegram, s importer.Summary) (
	importer.Chat, error) {
	t := importer.Target{Name: q.Name, Type: q.Type}
	if q.Name != "" {
		if err := chat.CheckName(q.Name); err != nil {
			return nil, &Trouble{What: fmt.Sprintf("%q cannot be a public name", q.Name), Err: err,
				Remedy: "A public name has 5 to 32 Latin letters, digits and underscores, and begins with a letter."}
		}
	}
	if q.DryRun {
		h, err := importer.Find(ctx, c.engine, owner, t, s)
		if err != nil {
			return nil, err
		}
		if h == nil {
			return nowhere{}, nil
		}
		return h, nil
	}
	return importer.Into(ctx, c.engine, owner, t, s)
}

// nowhere is the chat of a dry run that would make one.
type nowhere struct{}

// Head implements importer.Chat.
func (nowhere) Head(context.Context) (chat.Head, error) { return chat.Head{}, nil }

// Sources implements importer.Chat.
func (nowhere) Sources(context.Context, []int64) (map[int64]engine.Source, error) { return nil, nil }

// Waiting implements importer.Chat.
func (nowhere) Waiting(context.Context, chat.Seq) ([]engine.Waiting, chat.Seq, error) {
	return nil, 0, nil
}

// Import implements importer.Chat. A dry run never gets here.
func (nowhere) Import(context.Context, chat.Seq, []chat.Import) error {
	return errors.New("a dry run writes nothing")
}

// importTrouble explains what is wrong with an export or its target.
func importTrouble(err error) error {
	var file *importer.FileError
	var known *Trouble
	switch {
	case errors.As(err, &known):
		return err
	case errors.As(err, &file):
		return &Trouble{What: file.Error(), Remedy: "Export the chat again (Telegram Desktop: Export chat " +
			"history, format JSON), or take the whole file if this one is a part."}
	case errors.Is(err, fs.ErrPermission):
		return &Trouble{What: "the export cannot be read", Err: err,
			Remedy: "The server reads it: let the user it runs as do so."}
	case chat.CodeOf(err) == chat.CodeForbidden || chat.CodeOf(err) == chat.CodeNameTaken:
		return &Trouble{What: "the chat cannot be imported into", Err: err,
			Remedy: "Choose another name with --channel or --group."}
	}
	return err
}

// ImportTelegram imports an export and tells how far it is.
func (c *Console) ImportTelegram(ctx context.Context, q ImportTelegram, note func(ImportProgress)) (
	Imported, error) {
	body, err := c.post(ctx, "/import/telegram", q)
	if err != nil {
		return Imported{}, err
	}
	defer body.Close()
	for d := json.NewDecoder(body); ; {
		var line importLine
		err := d.Decode(&line)
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return Imported{}, &Trouble{What: "the server ended before the import did",
				Remedy: "Run the same command again: it goes on where it was cut short, and doubles nothing."}
		case err != nil:
			return Imported{}, fmt.Errorf("read the answer of the server: %w", err)
		case line.Failure != nil:
			return Imported{}, line.Failure.err()
		case line.Imported != nil:
			return *line.Imported, nil
		case line.Progress != nil:
			note(*line.Progress)
		}
	}
}
