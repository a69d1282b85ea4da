// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import "fmt"

// Allowance is something of which an account has so much a day, and the more the older it is. Nobody has
// more for being somebody, the operator neither (R20).
//
// STR-5
type Allowance uint8

// The daily allowances.
const (
	AllowStrangers Allowance = iota // people contacted who do not know the account
	AllowLinks                      // messages with links to strangers, or into groups of many just joined
	AllowRooms                      // groups and channels made

	allowances
)

// DayLength is the time within which what was used counts: not a date, but the last 24 hours.
const DayLength Millis = 24 * 60 * 60 * 1000

// tier is what an account may use in a day from an age on.
type tier struct {
	days   int64 // age
	word   string
	limits [allowances]uint32
}

// tiers are the allowances by age, the youngest first.
var tiers = [...]tier{
	{0, "of an account younger than a day", [allowances]uint32{5, 5, 3}},
	{1, "from a day on", [allowances]uint32{20, 20, 10}},
	{7, "from a week on", [allowances]uint32{50, 50, 20}},
	{30, "from 30 days on", [allowances]uint32{100, 100, 50}},
}

// allowanceWords are for errors, documents and ServerInfo.limits.
var allowanceWords = [allowances]struct{ name, unit, of string }{
	AllowStrangers: {"strangers", "people", "contacted in 24 hours who do not know who writes"},
	AllowLinks: {"links", "messages",
		"with links in 24 hours, to strangers or into groups of many just joined"},
	AllowRooms: {"rooms", "chats", "groups and channels made in 24 hours"},
}

// String returns the name of the allowance, which DAILY_LIMIT has in its field.
func (a Allowance) String() string {
	if a < allowances {
		return allowanceWords[a].name
	}
	return "unknown allowance"
}

// Allowed returns how much an account of an age has of an allowance in a day.
func Allowed(what Allowance, age Millis) uint32 { return tierOf(age).limits[what] }

// tierOf returns the tier of an age; a clock that went back makes nobody older.
func tierOf(age Millis) tier {
	at := tiers[0]
	for _, t := range tiers {
		if age >= Millis(t.days)*DayLength {
			at = t
		}
	}
	return at
}

// Of returns what was used of an allowance.
func (s Spent) Of(what Allowance) uint32 {
	return [allowances]uint32{s.Strangers, s.Links, s.Rooms}[what]
}

// add counts one more.
func (s *Spent) add(what Allowance) {
	switch what {
	case AllowStrangers:
		s.Strangers++
	case AllowLinks:
		s.Links++
	case AllowRooms:
		s.Rooms++
	}
}

// Spending is what an account used at a time.
type Spending struct {
	At    Millis
	Spent Spent
}

// Day is what an account has used of its allowances lately.
type Day struct {
	Born  Millis     // when the account was made
	Free  bool       // nothing is limited on this server
	Spent []Spending // the oldest first; at least those of the last 24 hours
}

// spend uses one of an allowance, or refuses it with CodeDailyLimit and the time when there is one again.
func (d *decision) spend(what Allowance) error {
	if d.by.Server || d.Day.Free {
		return nil
	}
	age := d.now - d.Day.Born
	limit, used := Allowed(what, age), d.used.Of(what)+1
	for _, s := range d.Day.Spent {
		if s.At > d.now-DayLength {
			used += s.Spent.Of(what)
		}
	}
	if used > limit {
		return &Error{
			Code: CodeDailyLimit, Field: what.String(), Text: "used up for today",
			Retry: d.Day.wait(what, used-limit, d.now),
		}
	}
	d.used.add(what)
	return nil
}

// wait is how long until so much of an allowance is free again: it was used longer than a day ago then, or
// the account is old enough for more.
func (day Day) wait(what Allowance, over uint32, now Millis) Millis {
	wait, freed := DayLength, uint32(0)
	for _, s := range day.Spent {
		if s.At <= now-DayLength {
			continue
		}
		if freed += s.Spent.Of(what); freed >= over {
			wait = s.At + DayLength - now
			break
		}
	}
	age := now - day.Born
	have := Allowed(what, age)
	for _, t := range tiers {
		if older := Millis(t.days) * DayLength; older > age && t.limits[what] >= have+over {
			wait = min(wait, older-age)
		}
	}
	return max(wait, 1)
}

// dailyLimits are the allowances as documents and clients see them.
func dailyLimits() []Limit {
	var all []Limit
	for what, w := range allowanceWords {
		for _, t := range tiers {
			name := fmt.Sprintf("%s_from_%d", w.name, t.days)
			all = append(all, Limit{name, int64(t.limits[what]), w.unit, w.of + ", " + t.word})
		}
	}
	return all
}
