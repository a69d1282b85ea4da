// SPDX-License-Identifier: AGPL-3.0-or-later

// Package preview finds out what a link leads to, in the place of its readers: none of them ever connects to
// the site by looking at a message, and the site learns of one visit by this server, when the message is
// written. Pages are hostile: package outside decides whom they may lead to, and bytes, time, redirects and
// pictures are bounded.
//
// Contract with its neighbours. The gateway asks Find for an author; the engine asks Card, when the message
// comes, for what Find has found a moment ago, and stores that. A picture is kept by package media as
// anything else is that a message carries.
//
// No goroutines of its own. Nothing is logged: addresses are what people say.
package preview

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/outside"
)

const (
	pageBytes  = 512 << 10
	imageBytes = 5 << 20
	within     = 8 * time.Second
	redirects  = 4
	// atOnce is how many pages are looked at together; each holds its picture in memory.
	atOnce = 4
	// mostKnown and knownFor bound what is remembered between asking and sending, and spare sites a second
	// visit. It is far shorter than media are kept that nothing refers to yet.
	mostKnown = 2000
	knownFor  = time.Hour
)

// Pictures keeps the picture of a page; package media does.
type Pictures interface {
	// Picture takes in an image in the name of an account. What is none that can be shown has not Photo set.
	Picture(ctx context.Context, owner chat.AccountID, raw []byte) (chat.Upload, error)
}

// Config is what a Service stands on.
type Config struct {
	Pictures Pictures
	Outside  outside.Config   // whom it may reach; its bounds are set here
	Account  engine.Allowance // pages of one account; zero: as many as wanted
	Now      func() time.Time // default time.Now
}

// Service looks at pages. Its methods may be called from many goroutines.
type Service struct {
	cfg    Config
	client *http.Client
	meter  *engine.Meter
	cards  *lru.Cache[string, card]
	asked  singleflight.Group
	turns  chan struct{}
}

// card is what was found behind an address, nil where there was nothing to show, and when.
type card struct {
	*chat.Preview
	at time.Time
}

// New makes a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cards, err := lru.New[string, card](mostKnown)
	if err != nil {
		panic(err) // only a size that is not positive
	}
	s := &Service{cfg: cfg, meter: engine.NewMeter(cfg.Account, cfg.Now), turns: make(chan struct{}, atOnce),
		cards: cards}
	s.cfg.Outside.Within, s.cfg.Outside.Body = within, imageBytes
	s.client = outside.NewClient(s.cfg.Outside)
	// Unlike push services, pages do move. Where they move to is judged as where they were.
	s.client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) > redirects {
			return errors.New("too many redirects")
		}
		return s.check(r.URL)
	}
	return s
}

// PREVIEW-3
func (s *Service) check(u *url.URL) error {
	bare := *u
	bare.Fragment, bare.RawFragment = "", ""
	return s.cfg.Outside.CheckURL(bare.String())
}

// Card is what was found behind an address a moment ago; nil where nothing was, or nobody has asked.
func (s *Service) Card(_ context.Context, address string) *chat.Preview {
	p, _ := s.known(address)
	return p
}

// known is what was found behind an address, where that is not too long ago.
func (s *Service) known(address string) (p *chat.Preview, ok bool) {
	c, ok := s.cards.Get(address)
	if !ok || s.cfg.Now().Sub(c.at) > knownFor {
		return nil, false
	}
	return c.Preview, true
}

// Find looks at a page for an author: chat.CodeNotFound where there is nothing to show, whatever the reason,
// so that nobody explores a network by asking.
//
// PREVIEW-1
func (s *Service) Find(ctx context.Context, owner chat.AccountID, address string) (*chat.Preview, error) {
	if len(address) > chat.MaxURL {
		return nil, &chat.Error{Code: chat.CodeTooLarge, Field: "url", Text: "the address is too long"}
	}
	u, err := url.Parse(address)
	if err != nil || s.check(u) != nil {
		return nil, nothing()
	}
	if p, ok := s.known(address); ok {
		return found(p)
	}
	if err := s.meter.Take(owner); err != nil {
		return nil, err
	}
	// It goes on where the first who asked is gone: others wait for the same.
	ctx = context.WithoutCancel(ctx)
	got, err, _ := s.asked.Do(address, func() (any, error) {
		ctx, cancel := context.WithTimeout(ctx, 2*within)
		defer cancel()
		select {
		case s.turns <- struct{}{}:
			defer func() { <-s.turns }()
		case <-ctx.Done():
			return nil, chat.Errorf(chat.CodeUnavailable, "too many pages are looked at")
		}
		p, err := s.look(ctx, owner, u)
		if err == nil {
			s.cards.Add(address, card{p, s.cfg.Now()})
		}
		return p, err
	})
	if err != nil {
		return nil, err
	}
	p, _ := got.(*chat.Preview)
	return found(p)
}

func found(p *chat.Preview) (*chat.Preview, error) {
	if p == nil {
		return nil, nothing()
	}
	return p, nil
}

func nothing() error { return chat.Errorf(chat.CodeNotFound, "there is nothing to show of it") }

// look fetches a page and its picture. Only what is wrong on this side is an error.
func (s *Service) look(ctx context.Context, owner chat.AccountID, u *url.URL) (*chat.Preview, error) {
	resp, err := s.get(ctx, u, "text/html,application/xhtml+xml,image/*;q=0.5")
	if err != nil {
		return nil, nil
	}
	defer resp.Body.Close()
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	p := &chat.Preview{URL: u.String(), Site: strings.TrimPrefix(u.Hostname(), "www.")}
	picture := ""
	switch {
	case kind == "text/html" || kind == "application/xhtml+xml":
		// What comes after the head is not waited for.
		said := readHead(io.LimitReader(resp.Body, pageBytes), resp.Header.Get("Content-Type"))
		p.Title, p.Description = said.title, said.description
		if said.site != "" {
			p.Site = said.site
		}
		picture = said.picture
	case strings.HasPrefix(kind, "image/"):
		err = s.picture(ctx, owner, p, resp.Body)
	default:
		return nil, nil
	}
	if at, bad := resp.Request.URL.Parse(picture); picture != "" && bad == nil {
		err = s.fetch(ctx, owner, p, at)
	}
	if err != nil {
		return nil, err
	}
	if clean := p.Clean(); clean.Says() {
		return &clean, nil
	}
	return nil, nil
}

func (s *Service) get(ctx context.Context, u *url.URL, accept string) (*http.Response, error) {
	if err := s.check(u); err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", accept)
	r.Header.Set("Accept-Language", "fa,en;q=0.8,*;q=0.5")
	r.Header.Set("User-Agent", "Mozilla/5.0 (compatible; ZolalPreview/1)")
	resp, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, errors.Join(errors.New(resp.Status), resp.Body.Close())
	}
	return resp, nil
}

// fetch adds the picture that a page names. A page without its picture is shown all the same.
func (s *Service) fetch(ctx context.Context, owner chat.AccountID, p *chat.Preview, u *url.URL) error {
	resp, err := s.get(ctx, u, "image/*")
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	return s.picture(ctx, owner, p, resp.Body)
}

func (s *Service) picture(ctx context.Context, owner chat.AccountID, p *chat.Preview, from io.Reader) error {
	raw, err := io.ReadAll(io.LimitReader(from, imageBytes))
	if err != nil || len(raw) == 0 || len(raw) == imageBytes {
		return nil
	}
	up, err := s.cfg.Pictures.Picture(ctx, owner, raw)
	if err != nil {
		return fmt.Errorf("picture of a page: %w", err)
	}
	// A picture of a few pixels counts visits, it shows nothing.
	if up.Photo && up.Width >= 48 && up.Height >= 48 {
		p.Image = &chat.Poster{Hash: up.Hash, Size: up.Size, MIME: up.MIME, Width: up.Width, Height: up.Height}
		p.Thumbhash = up.Thumbhash
	}
	return nil
}
