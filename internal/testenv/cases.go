// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// caseVerbs are the words of scripts about reports and decisions.
func caseVerbs() map[string]func(*stage, *line) error {
	return map[string]func(*stage, *line) error{
		"enters":   enters,   // oper enters (as the operator of the host)
		"reports":  reports,  // mina reports alias|chat|person reason [admins] as case
		"files":    files,    // sara files chat N (open reports to its admins)
		"lists":    lists,    // oper lists N (open reports to the operator, at least)
		"looks":    looks,    // oper looks case
		"judges":   judges,   // oper judges case act reason [in chat] as ruling (in: another than is reported)
		"unframes": unframes, // oper unframes case reason as ruling (takes down the photo that the case shows)
		"reverses": overturn, // oper reverses ruling
		"upholds":  overturn, // oper upholds ruling
		"appeals":  appeals,  // reza appeals ruling "text"
		"done":     done,     // reza done look limit … (what the operator did to him, the oldest first)
		"heard":    heard,    // reza heard limited … (what the server told him)
	}
}

func enters(s *stage, l *line) error {
	s.started++
	return s.operate(l.actor, l.actor)
}

func reports(s *stage, l *line) error {
	words, as := alias(l.words)
	req := &zolalv1.ReportRequest{Key: key(), Desk: zolalv1.Desk_DESK_OPERATOR, Reason: words[1]}
	if len(words) > 2 {
		req.Desk = zolalv1.Desk_DESK_ADMINS
	}
	if n, ok := s.notes[words[0]]; ok {
		req.Chat, req.Seqs = n.chat, []uint32{n.seq}
	} else if req.Chat = s.chats[words[0]]; req.Chat == 0 {
		var err error
		if req.Account, err = s.person(words[0]); err != nil {
			return err
		}
	}
	out := new(zolalv1.ReportReceipt)
	if err := s.call(l, "Reports/Report", req, out); err != nil {
		return err
	}
	s.cases[as] = rulable{number: out.GetReport(), chat: req.Chat, seqs: req.Seqs, account: req.Account}
	return nil
}

// rulable is a report or a decision that a script has named.
type rulable struct {
	number, chat, account uint32
	seqs                  []uint32
}

func files(s *stage, l *line) error {
	id, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	out := new(zolalv1.ReportsResponse)
	if err := s.call(l, "Reports/InChat", &zolalv1.ChatReportsRequest{Chat: id, Limit: 10}, out); err != nil {
		return err
	}
	for _, r := range out.GetReports() {
		if r.GetReporter() != 0 {
			return fmt.Errorf("it shows who reported")
		}
	}
	if got := fmt.Sprint(len(out.GetReports())); got != l.words[1] {
		return fmt.Errorf("there are %s", got)
	}
	return nil
}

func lists(s *stage, l *line) error {
	out := new(zolalv1.CasesResponse)
	if err := s.call(l, "Reports/List", &zolalv1.CasesRequest{Limit: 200}, out); err != nil {
		return err
	}
	if got := fmt.Sprint(len(out.GetReports())); got != l.words[0] {
		return fmt.Errorf("there are %s", got)
	}
	return nil
}

func looks(s *stage, l *line) error {
	c := s.cases[l.words[0]]
	return s.call(l, "Reports/Show", &zolalv1.ShowRequest{Report: c.number}, new(zolalv1.ReportCase))
}

func judges(s *stage, l *line) error {
	words, as := alias(l.words)
	c := s.cases[words[0]]
	act := "ACT_" + strings.ToUpper(strings.ReplaceAll(words[1], "-", "_"))
	brief := new(zolalv1.CasesResponse)
	if err := s.call(l, "Reports/List", &zolalv1.CasesRequest{Limit: 200}, brief); err != nil {
		return err
	}
	for _, r := range brief.GetReports() {
		if r.GetReport() == c.number {
			c.account = r.GetAccount()
		}
	}
	req := &zolalv1.DecideRequest{
		Key: key(), Reports: []uint32{c.number}, Account: c.account, Act: zolalv1.Act(zolalv1.Act_value[act]),
		Reason: words[2],
	}
	if len(words) > 4 {
		req.Chat = s.chats[words[4]]
	} else if req.Act == zolalv1.Act_ACT_TAKE_DOWN {
		req.Chat, req.Seqs = c.chat, c.seqs
	}
	if req.Act == zolalv1.Act_ACT_LIMIT {
		req.UntilMs = now().Add(24 * time.Hour).UnixMilli()
	}
	out := new(zolalv1.DecideResponse)
	if err := s.call(l, "Reports/Decide", req, out); err != nil {
		return err
	}
	s.cases[as] = rulable{number: out.GetDecision()}
	return nil
}

func unframes(s *stage, l *line) error {
	words, as := alias(l.words)
	c := s.cases[words[0]]
	shown := new(zolalv1.ReportCase)
	if err := s.call(l, "Reports/Show", &zolalv1.ShowRequest{Report: c.number}, shown); err != nil {
		return err
	}
	req := &zolalv1.DecideRequest{
		Key: key(), Reports: []uint32{c.number}, Account: c.account, Act: zolalv1.Act_ACT_TAKE_DOWN,
		Reason: words[1], Chat: c.chat, Photos: []uint32{1},
	}
	if photos := shown.GetPhotos(); len(photos) > 0 {
		req.Photos[0] = photos[0].GetSeq()
	}
	out := new(zolalv1.DecideResponse)
	if err := s.call(l, "Reports/Decide", req, out); err != nil {
		return err
	}
	s.cases[as] = rulable{number: out.GetDecision()}
	return nil
}

func overturn(s *stage, l *line) error {
	req := &zolalv1.DecideRequest{
		Key: key(), Act: zolalv1.Act_ACT_REVERSE, Decision: s.cases[l.words[0]].number,
	}
	if l.verb == "upholds" {
		req.Act = zolalv1.Act_ACT_UPHOLD
	}
	return s.call(l, "Reports/Decide", req, new(zolalv1.DecideResponse))
}

func appeals(s *stage, l *line) error {
	s.host.Hush(l.words[1])
	req := &zolalv1.AppealRequest{Key: key(), Decision: s.cases[l.words[0]].number, Text: l.words[1]}
	return s.call(l, "Reports/Appeal", req, new(zolalv1.Receipt))
}

func done(s *stage, l *line) error {
	return s.until(func() (bool, string) {
		out := new(zolalv1.ActsResponse)
		if err := s.call(l, "Reports/Acts", &zolalv1.ActsRequest{Limit: 200}, out); err != nil {
			return false, err.Error()
		}
		var got []string
		for _, a := range out.GetActs() {
			word := strings.TrimPrefix(a.GetAct().GetAct().String(), "ACT_")
			got = append(got, strings.ToLower(strings.ReplaceAll(word, "_", "-")))
		}
		slices.Reverse(got)
		got = onceListed(got)
		return slices.Equal(got, l.words), fmt.Sprintf("done: %v", got)
	})
}

// onceListed leaves out all but the first "list": it is told once a day, and a script may run over midnight.
func onceListed(words []string) []string {
	first := slices.Index(words, "list")
	for i := len(words) - 1; i > first; i-- {
		if words[i] == "list" {
			words = slices.Delete(words, i, i+1)
		}
	}
	return words
}

func heard(s *stage, l *line) error {
	return s.until(func() (bool, string) {
		got, err := s.wordings(l)
		if err != nil {
			return false, err.Error()
		}
		return slices.Equal(got, l.words), fmt.Sprintf("heard: %v", got)
	})
}

// wordings are what the server has told somebody, the oldest first.
func (s *stage) wordings(l *line) ([]string, error) {
	list := new(zolalv1.SyncResponse)
	if err := s.call(l, "Sync/Sync", &zolalv1.SyncRequest{Limit: 1000}, list); err != nil {
		return nil, err
	}
	for _, c := range list.GetChats() {
		if c.GetChat().GetType() != zolalv1.ChatType_CHAT_TYPE_SERVICE {
			continue
		}
		page := new(zolalv1.PageResponse)
		req := &zolalv1.PageRequest{Chat: c.GetChat().GetId(), Limit: 100}
		if err := s.call(l, "Messages/Page", req, page); err != nil {
			return nil, err
		}
		var got []string
		for _, e := range page.GetEntries() {
			m := new(zolalv1.Message)
			if e.GetEnvelope().GetKind() != zolalv1.Kind_KIND_MESSAGE {
				continue
			}
			if err := proto.Unmarshal(e.GetBody(), m); err != nil {
				return nil, err
			}
			got = append(got, m.GetWording().GetCode())
		}
		return got, nil
	}
	return nil, nil
}
