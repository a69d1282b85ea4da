// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/zolal-im/zolal/internal/account"
)

// Program is a version of a client, with how many connections of it are open. What a client calls itself is
// what it says; whose the connections are is not told.
type Program struct {
	Name, Version string
	Connections   int
}

const (
	// maxPrograms bounds the versions that are told apart; more count as one without a name.
	maxPrograms = 200
	maxProgram  = 32 // bytes of a name or version
)

// programs counts open connections by what their clients say they are. A connection keeps the number of its
// row, which is smaller than the names.
type programs struct {
	mu   sync.Mutex
	rows []Program // the first is for those without a name
}

// enter counts a connection and returns its row.
func (p *programs) enter(runs account.Program) uint16 {
	name, version := plain(runs.Client), plain(runs.Version)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.rows) == 0 {
		p.rows = make([]Program, 1, 8)
	}
	free, at := 0, 0
	for i, r := range p.rows {
		switch {
		case r.Name == name && r.Version == version:
			p.rows[i].Connections++
			return uint16(i)
		case r.Connections == 0 && i > 0:
			free = i
		}
	}
	if at = free; at == 0 && len(p.rows) < maxPrograms {
		at, p.rows = len(p.rows), append(p.rows, Program{})
	}
	if at != 0 {
		p.rows[at] = Program{Name: name, Version: version}
	}
	p.rows[at].Connections++
	return uint16(at)
}

// leave takes a connection out of its row.
func (p *programs) leave(row uint16) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows[row].Connections--
}

// plain shortens a word of a client and drops what cannot be shown.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s[:min(len(s), maxProgram)], ""))
	return strings.TrimSpace(s)
}

// Clients lists what is connected, the most frequent first.
func (g *Gateway) Clients() []Program {
	g.programs.mu.Lock()
	defer g.programs.mu.Unlock()
	var out []Program
	for _, r := range g.programs.rows {
		if r.Connections > 0 {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b Program) int {
		return cmp.Or(cmp.Compare(b.Connections, a.Connections), cmp.Compare(a.Name, b.Name),
			cmp.Compare(b.Version, a.Version))
	})
	return out
}
