// SPDX-License-Identifier: AGPL-3.0-or-later

// Package importer turns the exports of other messengers into entries. It reads a file as a stream, twice:
// once to see that it is whole and well-formed, so that a broken file changes nothing, and once to write.
//
// Every line of a source keeps its number there, and a permanent table binds that number to one entry.
// Importing again, or an overlapping export, therefore adds what is new, edits what has changed and leaves
// the rest alone; a run that was cut short is finished by running it again. Names of authors are labels:
// no account is made or guessed from them. Files that lie beside an export come with their lines.
package importer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// batchSize is how many lines become one durable batch.
const batchSize = 512

// maxGap bounds the missing numbers between two lines that are looked up to count what has vanished.
const maxGap = 4096

// Chat is the chat that is written to; engine's handle gives it.
type Chat interface {
	// Head returns where the chat's log stands.
	Head(ctx context.Context) (chat.Head, error)
	// Sources returns which entries the numbers are bound to.
	Sources(ctx context.Context, numbers []int64) (map[int64]engine.Source, error)
	// Waiting returns messages after a seq whose replies wait for a line, and where to go on; 0 at the end.
	Waiting(ctx context.Context, after chat.Seq) ([]engine.Waiting, chat.Seq, error)
	// Import appends lines in one batch if the log still stands at head: then line i has the place
	// head+1+i. Otherwise it fails with chat.CodeConflict and writes nothing.
	Import(ctx context.Context, head chat.Seq, lines []chat.Import) error
}

// Report says what became of an export.
type Report struct {
	Read      int `json:"read"`      // lines of the export
	Added     int `json:"added"`     // became entries, service lines included
	Updated   int `json:"updated"`   // changed since an earlier import
	Unchanged int `json:"unchanged"` // the same as imported earlier, or deleted here
	Linked    int `json:"linked"`    // replies from before that found their line with this import
	Vanished  int `json:"vanished"`  // imported earlier, not in this export between its first and last line
	Failed    int `json:"failed"`    // could not become entries; see Failures
	Files     int `json:"files"`     // files that came with their lines
	Missing   int `json:"missing"`   // files that lines name and that are not there: readers see that

	// UnknownKinds counts kinds of formatting, media and lines that have no counterpart here, whose text is
	// kept, and as field:NAME what lines said besides and is left out.
	UnknownKinds map[string]int `json:"unknown_kinds"`
	Failures     []Failure      `json:"failures,omitempty"` // the first of them
}

// Failure is a line that could not become an entry.
type Failure struct {
	Number int64  `json:"number"`
	Reason string `json:"reason"`
}

// maxFailures bounds the failures that a report names.
const maxFailures = 20

// Progress tells how far a run is; bytes of the file, over both passes.
type Progress struct {
	Done, Total int64
	Report      *Report
}

// Options say how a run is done.
type Options struct {
	// Key is the store's own secret for the digests of lines. It is the same in every run.
	Key      []byte
	DryRun   bool  // read and compare, write nothing
	Files    Files // nil: lines come without what lies beside the export
	Progress func(Progress)
}

// Telegram imports the one-chat export of Telegram Desktop at path, of which Inspect has said that it is
// whole: s is its answer.
func Telegram(ctx context.Context, path string, s Summary, to Chat, o Options) (Report, error) {
	r := &run{chat: to, options: o, report: Report{UnknownKinds: map[string]int{}}}
	info, err := os.Stat(path)
	if err != nil {
		return r.report, fmt.Errorf("import: %w", err)
	}
	if r.root, err = os.OpenRoot(filepath.Dir(path)); err != nil {
		return r.report, fmt.Errorf("import: %w", err)
	}
	defer r.root.Close()
	r.base, r.total = info.Size(), 2*info.Size()
	r.self, r.peer = "channel"+strconv.FormatInt(s.ID, 10), s.peer()
	head, err := to.Head(ctx)
	if err != nil {
		return r.report, fmt.Errorf("import: %w", err)
	}
	r.head, r.fresh = head.Seq, head.Seq <= beginning
	err = scan(ctx, path, r.note, func(rec *record) error { return r.take(ctx, rec) })
	if err == nil {
		err = r.flush(ctx)
	}
	if err == nil {
		err = r.late(ctx)
	}
	return r.report, err
}

// run is one import under way. At most batchSize lines are held.
type run struct {
	chat        Chat
	options     Options
	report      Report
	head        chat.Seq
	self        string   // how the export names its own channel as an author
	peer        string   // how it names itself where a reply says in which chat its message stands
	fresh       bool     // nothing was imported before
	waiting     bool     // a reply of this run waits for its line
	root        *os.Root // the directory of the export, and nothing outside of it
	pending     []*record
	last        int64 // number of the line before
	started     bool
	base, total int64
}

func (r *run) note(done int64) {
	if r.options.Progress != nil {
		r.options.Progress(Progress{Done: r.base + done, Total: r.total, Report: &r.report})
	}
}

func (r *run) take(ctx context.Context, rec *record) error {
	r.report.Read++
	rec.digest, rec.withFiles = digest(rec, r.options.Key)
	rec.old, rec.files = oldDigest(rec), r.hasFiles(rec)
	if rec.ReplyPeer != "" && string(rec.ReplyPeer) != r.peer {
		rec.elsewhere = true
	}
	r.pending = append(r.pending, rec)
	if len(r.pending) < batchSize {
		return nil
	}
	return r.flush(ctx)
}

// flush writes the pending lines. Another writer may move the log meanwhile: then the places are planned
// again, on the new head.
func (r *run) flush(ctx context.Context) error {
	if len(r.pending) == 0 {
		return nil
	}
	const tries = 100
	for range tries {
		p, err := r.plan(ctx)
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		if !r.options.DryRun && len(p.lines) > 0 {
			err = r.chat.Import(ctx, r.head, p.lines)
		}
		if chat.CodeOf(err) == chat.CodeConflict {
			head, herr := r.chat.Head(ctx)
			if herr != nil {
				return fmt.Errorf("import: %w", herr)
			}
			r.head = head.Seq
			continue
		}
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		r.settle(p)
		return nil
	}
	busy := chat.Errorf(chat.CodeUnavailable, "the chat is too busy; import again later")
	return fmt.Errorf("import: %w", busy)
}

// plan is what a batch will do.
type plan struct {
	lines   []chat.Import
	report  Report // what it adds to the run's report
	unknown []string
	waiting bool // a reply waits for its line
}

// plan compares the pending lines with what was imported before, and gives the new ones their places so
// that replies among them can point to each other.
func (r *run) plan(ctx context.Context) (*plan, error) {
	known, err := r.chat.Sources(ctx, r.numbers())
	if err != nil {
		return nil, err
	}
	p := &plan{}
	places := make(map[int64]chat.Seq, len(r.pending))
	place := func(number int64) chat.Seq {
		if at := places[number]; at != 0 {
			return at
		}
		return known[number].Seq
	}
	present := make(map[int64]bool, len(r.pending))
	for _, rec := range r.pending {
		present[rec.ID] = true
		source, seen := known[rec.ID]
		if places[rec.ID] != 0 || seen && (source.Digest == 0 || rec.same(source.Digest) || !rec.mends()) {
			p.report.Unchanged++
			continue
		}
		line, unknown := rec.line(place)
		if err := r.carry(ctx, rec, line.Message); err != nil {
			return nil, err
		}
		if m := line.Message; m != nil && m.Imported.AuthorID == r.self {
			m.Imported.Author = "" // the channel speaks as itself
		}
		if err := line.Valid(); err != nil {
			p.report.Failed++
			p.report.Failures = append(p.report.Failures, Failure{rec.ID, err.Error()})
			continue
		}
		p.unknown = append(p.unknown, unknown...)
		if seen {
			line.Target = source.Seq
			p.report.Updated++
		} else {
			places[rec.ID] = r.head + 1 + chat.Seq(len(p.lines))
			p.report.Added++
		}
		p.report.count(rec.carried)
		p.waiting = p.waiting || line.Message != nil && line.Message.Reply != nil && line.Message.Reply.Number != 0
		p.lines = append(p.lines, line)
	}
	low, high := r.span()
	for number := range known {
		if !present[number] && number > low && number < high {
			p.report.Vanished++
		}
	}
	return p, nil
}

// count takes what became of a line's media into the report.
func (r *Report) count(c *carried) {
	switch {
	case c == nil:
	case c.file:
		r.Files++
	case c.lost:
		r.Missing++
	}
}

// span is the range of numbers that this batch speaks for: from the line before it to its last.
func (r *run) span() (low, high int64) {
	low, high = r.pending[0].ID, r.pending[len(r.pending)-1].ID
	if r.started {
		low = r.last
	}
	return low, high
}

// numbers lists what must be looked up: the lines, what they reply to, and the numbers left out between.
func (r *run) numbers() []int64 {
	var all []int64
	before, started := r.last, r.started
	for _, rec := range r.pending {
		if started && rec.ID-before <= maxGap {
			for n := before + 1; n < rec.ID; n++ {
				all = append(all, n)
			}
		}
		all = append(all, rec.ID)
		if rec.ReplyTo != 0 && !rec.elsewhere {
			all = append(all, rec.ReplyTo)
		}
		before, started = rec.ID, true
	}
	return all
}

// settle takes a written plan into the report.
func (r *run) settle(p *plan) {
	total, add := &r.report, p.report
	total.Added += add.Added
	total.Updated += add.Updated
	total.Unchanged += add.Unchanged
	total.Vanished += add.Vanished
	total.Failed += add.Failed
	total.Files += add.Files
	total.Missing += add.Missing
	r.waiting = r.waiting || p.waiting
	for _, kind := range p.unknown {
		total.UnknownKinds[kind]++
	}
	room := maxFailures - len(total.Failures)
	total.Failures = append(total.Failures, add.Failures[:min(room, len(add.Failures))]...)
	if !r.options.DryRun {
		r.head += chat.Seq(len(p.lines))
	}
	r.last, r.started = r.pending[len(r.pending)-1].ID, true
	r.pending = r.pending[:0]
}
