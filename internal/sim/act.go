// SPDX-License-Identifier: AGPL-3.0-or-later

package sim

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// deed is something that may happen in a step, as often as its weight says.
type deed struct {
	weight int
	do     func(*world)
}

// deeds are what people and fate do.
func deeds() []deed {
	return []deed{
		{300, (*world).say}, {60, (*world).edit}, {40, (*world).erase}, {20, (*world).pin},
		{60, (*world).read}, {40, (*world).look}, {30, (*world).writeDraft}, {25, (*world).react},
		{25, (*world).forward},
		{12, (*world).found}, {12, (*world).openDirect}, {40, (*world).join}, {20, (*world).leave},
		{20, (*world).invite}, {15, (*world).answerInvitation},
		{25, (*world).answerStranger}, {40, (*world).govern}, {15, (*world).settle},
		{8, (*world).makeLink}, {12, (*world).useLink}, {4, (*world).revokeLink}, {12, (*world).decideRequest},
		{6, (*world).block}, {6, (*world).hide}, {8, (*world).keep},
		{2, (*world).transfer}, {1, (*world).deleteChat},
		{30, func(w *world) { w.anyDevice().lose() }},
		{2, (*world).backUp}, {1, (*world).restore},
		{8, (*world).crash}, {4, (*world).restart}, {10, (*world).sicken}, {10, (*world).hint},
	}
}

// act does one thing.
func (w *world) act() error {
	all := deeds()
	total := 0
	for _, d := range all {
		total += d.weight
	}
	at := w.dice.IntN(total)
	for i, d := range all {
		if at -= d.weight; at < 0 {
			w.note("act", uint64(i))
			d.do(w)
			break
		}
	}
	return w.judge.verdict()
}

// anyRoom picks a chat that the device has, 0 if it has none.
func (d *device) anyRoom() chat.ChatID {
	ids := slices.Sorted(maps.Keys(d.rooms))
	if len(ids) == 0 {
		return 0
	}
	return ids[d.world.dice.IntN(len(ids))]
}

// inRoom picks a device and a chat it has.
func (w *world) inRoom() (*device, chat.ChatID, bool) {
	d := w.anyDevice()
	id := d.anyRoom()
	return d, id, id != 0 && len(d.outbox) < 20
}

// anyLine picks a message that the device sees in a chat.
func (d *device) anyLine(id chat.ChatID) (chat.Line, bool) {
	lines := d.rooms[id].fold.Lines
	if len(lines) == 0 {
		return chat.Line{}, false
	}
	l := lines[len(lines)-1-d.world.dice.IntN(min(len(lines), 24))]
	return l, l.Env.Kind == chat.KindMessage
}

// command makes a write of a command in a log.
func command(log chat.LogID, cmd chat.Command) func(
	context.Context, *engine.Engine, chat.Actor, chat.Key) (engine.Receipt, error) {
	return func(ctx context.Context, e *engine.Engine, who chat.Actor, key chat.Key) (engine.Receipt, error) {
		h, err := e.Open(ctx, who, log, chat.RightSend)
		if err != nil {
			return engine.Receipt{}, err
		}
		return h.Do(ctx, cmd, key)
	}
}

// command posts a command in a chat.
func (d *device) command(id chat.ChatID, cmd chat.Command) {
	d.post(&write{what: fmt.Sprintf("%T", cmd), room: id, run: command(id.Log(), cmd)})
}

// own posts a command about the account.
func (d *device) own(cmd chat.Command) {
	d.post(&write{what: fmt.Sprintf("%T", cmd), run: command(d.actor.Account.Log(), cmd)})
}

// text makes words that no other message has.
func (w *world) text() string {
	w.texts++
	return fmt.Sprintf("word %d", w.texts)
}

func (w *world) say() {
	d, id, ok := w.inRoom()
	if !ok {
		return
	}
	cmd := chat.Send{Text: w.text()}
	unique := cmd.Text
	if l, ok := d.anyLine(id); ok && w.chance(0.3) {
		cmd.Reply = &chat.Reply{Seq: l.Seq}
		if m, ok := l.Current().(*chat.Message); ok && w.chance(0.5) {
			cmd.Reply.Quote = m.Text
		}
	}
	if w.chance(0.15) {
		cmd.Text += " @person" + string(rune('a'+w.dice.IntN(8)))
	}
	d.post(&write{what: "say", room: id, text: unique, run: command(id.Log(), cmd)})
}

func (w *world) edit() {
	d, id, ok := w.inRoom()
	if !ok {
		return
	}
	l, ok := d.anyLine(id)
	for try := 0; try < 4 && l.Author != d.actor.Account; try++ { // one may try to edit what others wrote
		l, ok = d.anyLine(id)
	}
	if ok {
		d.command(id, chat.Edit{Target: l.Seq, Text: w.text() + " (edited)"})
	}
}

func (w *world) erase() {
	d, id, ok := w.inRoom()
	if !ok {
		return
	}
	var targets []chat.Seq
	for range 1 + w.dice.IntN(3) {
		if l, ok := d.anyLine(id); ok {
			targets = append(targets, l.Seq)
		}
	}
	if len(targets) > 0 {
		d.command(id, chat.Delete{Targets: targets})
	}
}

func (w *world) pin() {
	d, id, ok := w.inRoom()
	if !ok {
		return
	}
	if l, ok := d.anyLine(id); ok {
		d.command(id, chat.SetPin{Target: l.Seq, Unpin: w.chance(0.3)})
	}
}

// marked is a server's answer to a read mark.
type marked struct {
	mark chat.ReadMark
	err  error
}

func (w *world) read() {
	d, id, ok := w.inRoom()
	if !ok || d.session == nil {
		return
	}
	actor, seq := d.actor, d.rooms[id].fold.Head
	w.ask(&request{
		what: "mark", device: d,
		run: func(ctx context.Context, e *engine.Engine) any {
			mark, err := e.MarkRead(ctx, actor, id, seq)
			return marked{mark, err}
		},
		done: func(any) error { return nil },
	})
}

// look turns a page of the history.
func (w *world) look() {
	d, id, ok := w.inRoom()
	if !ok || d.session == nil {
		return
	}
	actor, q := d.actor, engine.PageQuery{Limit: 1 + w.dice.IntN(50)}
	if l, ok := d.anyLine(id); ok && w.chance(0.5) {
		q.Around = l.Seq
	}
	w.ask(&request{
		what: "page", device: d,
		run: func(ctx context.Context, e *engine.Engine) any {
			h, err := e.Open(ctx, actor, id.Log(), chat.RightRead)
			if err != nil {
				return history{room: id, err: err}
			}
			page, err := h.Page(ctx, q)
			return history{id, engine.ReadResult{Items: page.Items, Head: page.Head}, err}
		},
		done: func(any) error { return nil },
	})
}

func (w *world) writeDraft() {
	d, id, ok := w.inRoom()
	if !ok {
		return
	}
	text := ""
	if w.chance(0.7) {
		text = w.text() + " (draft)"
	}
	d.command(id, chat.SetDraft{Text: text})
}

func (w *world) react() {
	d, id, ok := w.inRoom()
	if !ok || d.session == nil {
		return
	}
	l, ok := d.anyLine(id)
	if !ok {
		return
	}
	actor := d.actor
	w.ask(&request{
		what: "react", device: d,
		run: func(ctx context.Context, e *engine.Engine) any {
			h, err := e.Open(ctx, actor, id.Log(), chat.RightReact)
			if err == nil {
				_, err = h.React(ctx, l.Seq, []string{"❤️"})
			}
			return err
		},
		done: func(any) error { return nil },
	})
}

func (w *world) forward() {
	d, from, ok := w.inRoom()
	if !ok {
		return
	}
	l, ok := d.anyLine(from)
	if !ok {
		return
	}
	f := engine.Forward{
		From: from, Seqs: []chat.Seq{l.Seq}, To: d.anyRoom(), HideSource: w.chance(0.3),
	}
	d.post(&write{what: "forward", room: f.To, run: func(
		ctx context.Context, e *engine.Engine, who chat.Actor, key chat.Key) (engine.Receipt, error) {
		f := f
		f.Keys = []chat.Key{key}
		receipts, errs := e.Forward(ctx, who, f)
		return receipts[0], errs[0]
	}})
}

func (w *world) found() {
	d := w.anyDevice()
	if w.texts > 0 && len(w.judge.chats()) > 8 {
		return
	}
	room := engine.NewChat{Type: chat.Group, Title: w.text()}
	if w.chance(0.4) {
		room.Type = chat.Channel
	}
	if w.chance(0.6) {
		room.Name = fmt.Sprintf("place%c%c", 'a'+rune(w.texts%26), 'a'+rune(w.texts/26%26))
	}
	if w.chance(0.5) {
		room.Invite = []chat.AccountID{w.anyAccount()}
	}
	d.post(&write{what: "create", run: func(
		ctx context.Context, e *engine.Engine, who chat.Actor, key chat.Key) (engine.Receipt, error) {
		return e.Create(ctx, who, room, key)
	}})
}

func (w *world) openDirect() {
	d, peer := w.anyDevice(), w.anyAccount()
	d.post(&write{what: "open", run: func(
		ctx context.Context, e *engine.Engine, who chat.Actor, key chat.Key) (engine.Receipt, error) {
		room, err := e.OpenDirect(ctx, who, peer, key)
		return engine.Receipt{Log: room.Log()}, err
	}})
}

// joining makes a write that joins.
func joining(by engine.JoinBy) func(
	context.Context, *engine.Engine, chat.Actor, chat.Key) (engine.Receipt, error) {
	return func(ctx context.Context, e *engine.Engine, who chat.Actor, key chat.Key) (engine.Receipt, error) {
		j, err := e.Join(ctx, who, by, key)
		return j.Receipt, err
	}
}

func (w *world) join() {
	ids := w.judge.chats()
	if len(ids) == 0 {
		return
	}
	id := ids[w.dice.IntN(len(ids))]
	w.anyDevice().post(&write{what: "join", room: id, run: joining(engine.JoinBy{Chat: id})})
}

func (w *world) leave() {
	if d, id, ok := w.inRoom(); ok {
		d.command(id, chat.Leave{})
	}
}

func (w *world) invite() {
	if d, id, ok := w.inRoom(); ok {
		d.command(id, chat.Invite{Account: w.anyAccount()})
	}
}

func (w *world) answerInvitation() {
	d := w.anyDevice()
	for _, id := range slices.Sorted(maps.Keys(d.user.invited)) {
		d.command(id, chat.AnswerInvitation{Accept: w.chance(0.8)})
		return
	}
}

// answerStranger accepts what a stranger wrote, or deletes it; say answers it too.
func (w *world) answerStranger() {
	d := w.anyDevice()
	for _, id := range slices.Sorted(maps.Keys(d.rooms)) {
		if d.standing[id].Role == chat.RoleApproached {
			d.command(id, chat.AnswerInvitation{Accept: w.chance(0.5)})
			return
		}
	}
}

// govern changes somebody's standing, or tries to.
func (w *world) govern() {
	d, id, ok := w.inRoom()
	if !ok {
		return
	}
	cmd := chat.SetMember{Account: w.anyAccount()}
	switch w.dice.IntN(5) {
	case 0:
		cmd.Role = chat.RoleBanned
	case 1:
		cmd.Role = chat.RoleBanned
		cmd.Until = chat.Millis(w.clock.Add(5 * time.Second).UnixMilli())
	case 2:
		cmd.Role = chat.RoleNone
	case 3:
		cmd.Role, cmd.Grants = chat.RoleAdmin, chat.GrantBan|chat.GrantInvite|chat.GrantInfo
	case 4:
		cmd.Role, cmd.Grants = chat.RoleMember, chat.GrantReact
	}
	d.command(id, cmd)
}

// settle changes settings, or tries to.
func (w *world) settle() {
	d, id, ok := w.inRoom()
	if !ok {
		return
	}
	var change chat.InfoChange
	yes, slow, title := w.chance(0.5), uint32(w.dice.IntN(3)), w.text()
	switch w.dice.IntN(6) {
	case 0:
		change.Title = &title
	case 1, 4, 5:
		change.HistoryHidden = &yes
	case 2:
		change.SlowSeconds = &slow
	case 3:
		change.JoinApproval = &yes
	}
	d.command(id, chat.SetInfo{Change: change})
}

func (w *world) makeLink() {
	d, id, ok := w.inRoom()
	if !ok {
		return
	}
	link := chat.InviteLink{Limit: uint32(w.dice.IntN(3))}
	d.post(&write{what: "link", room: id, run: func(
		ctx context.Context, e *engine.Engine, who chat.Actor, key chat.Key) (engine.Receipt, error) {
		h, err := e.Open(ctx, who, id.Log(), chat.RightLinks)
		if err != nil {
			return engine.Receipt{}, err
		}
		_, err = h.CreateLink(ctx, link, key)
		return engine.Receipt{}, err
	}})
}

func (w *world) useLink() {
	links := w.judge.links()
	if len(links) == 0 {
		return
	}
	token := links[w.dice.IntN(len(links))].Token
	w.anyDevice().post(&write{what: "join by link", run: joining(engine.JoinBy{Token: token})})
}

func (w *world) revokeLink() {
	links := w.judge.links()
	d, id, ok := w.inRoom()
	if ok && len(links) > 0 {
		d.command(id, chat.RevokeLink{Token: links[w.dice.IntN(len(links))].Token})
	}
}

// decideRequest lets somebody in who asked, or does not.
func (w *world) decideRequest() {
	d, id, ok := w.inRoom()
	if !ok {
		return
	}
	requests, err := w.truth.Requests(w.ctx, id, 0)
	if err != nil || len(requests) == 0 {
		return
	}
	d.command(id, chat.DecideRequest{Account: requests[0].Account, Accept: w.chance(0.7)})
}

func (w *world) block() {
	w.anyDevice().own(chat.SetBlock{Account: w.anyAccount(), Blocked: w.chance(0.4)})
}

func (w *world) hide() {
	w.anyDevice().own(chat.SetPrivacy{Privacy: chat.Privacy{
		HideReads: w.chance(0.3), HideForwards: w.chance(0.3), RefuseInvites: w.chance(0.2),
		QuietContacts: w.chance(0.3),
	}})
}

// keep changes somebody's contacts, their personal link, or what they are called.
func (w *world) keep() {
	d := w.anyDevice()
	switch who := w.anyAccount(); w.dice.IntN(4) {
	case 0:
		d.own(chat.SetContact{Account: who, Remove: true})
	case 1:
		w.texts++
		d.own(chat.SetPersonal{Token: fmt.Sprintf("personal%d", w.texts)})
	default:
		d.own(chat.SetContact{Account: who, Name: w.text()})
	}
}

func (w *world) transfer() {
	if d, id, ok := w.inRoom(); ok {
		if w.chance(0.5) {
			d.command(id, chat.AnswerOffer{Accept: w.chance(0.7)})
			return
		}
		d.command(id, chat.Transfer{Account: w.anyAccount()})
	}
}

func (w *world) deleteChat() {
	if d, id, ok := w.inRoom(); ok {
		d.command(id, chat.DeleteChat{})
	}
}

// crash kills a server, which comes back after a while.
func (w *world) crash() {
	n := w.nodes[w.dice.IntN(len(w.nodes))]
	n.crash()
	w.revive(n)
}

func (w *world) restart() {
	n := w.nodes[w.dice.IntN(len(w.nodes))]
	n.restart()
	w.revive(n)
}

func (w *world) revive(n *node) {
	w.after(200*time.Millisecond+w.spread(time.Second), "start", func() error {
		if n.up {
			return nil
		}
		if n.closing.Load() {
			w.revive(n)
			return nil
		}
		return n.start()
	})
}

// sicken makes a disk fail for a while.
func (w *world) sicken() {
	n := w.nodes[w.dice.IntN(len(w.nodes))]
	if !n.up {
		return
	}
	sick := n.disk
	sick.set(func(k *disk) { k.sick = true })
	w.after(w.spread(time.Second), "well", func() error {
		sick.set(func(k *disk) { k.sick = false })
		return nil
	})
}

// hint tells a server that another has written, whether that is so or not.
func (w *world) hint() {
	if n := w.nodes[w.dice.IntN(len(w.nodes))]; n.up && !w.cfg.NoHints {
		n.engine.Hint()
	}
}
