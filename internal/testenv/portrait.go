// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image/jpeg"
	"io"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// portraitVerbs are the words about the photos of people and chats.
func portraitVerbs() map[string]func(*stage, *line) error {
	return map[string]func(*stage, *line) error{
		"pictures":   pictures, // sara pictures upload [chat] (as her photo, or the chat's)
		"unpictures": pictures, // sara unpictures [chat]
		"pictured":   pictured, // reza pictured sara|chat upload|none (waits until he sees it so, and fetches it)
		"noticed":    noticed,  // sara noticed reza old|new (whether his photo is the one she has seen)
		"frames":     frames,   // reza frames sara|chat as address (of the photo he sees, with his token)
		"album":      albumOf,  // reza album sara N (photos of hers that he sees)
	}
}

func pictures(s *stage, l *line) error {
	words, room := l.words, uint32(0)
	var up string
	if l.verb == "pictures" {
		up, words = words[0], words[1:]
	}
	if len(words) > 0 {
		var err error
		if room, err = s.chat(words[0]); err != nil {
			return err
		}
	}
	if l.verb == "unpictures" {
		return s.call(l, "Photos/Remove", &zolalv1.RemovePhotoRequest{Key: key(), Chat: room}, new(zolalv1.Receipt))
	}
	b, err := s.bundle(up)
	if err != nil {
		return err
	}
	req := &zolalv1.SetPhotoRequest{Key: key(), Chat: room, File: b.id, Thumbhash: []byte{1, 2, 3}}
	if err := s.call(l, "Photos/Set", req, new(zolalv1.Receipt)); err != nil {
		return err
	}
	of := new(zolalv1.ListPhotosResponse)
	if room != 0 {
		info := new(zolalv1.ChatInfo)
		if err := s.call(l, "Chats/Get", &zolalv1.ChatRequest{Chat: room}, info); err != nil {
			return err
		}
		of.Photos = []*zolalv1.Photo{info.GetPhoto()}
	} else if err := s.call(l, "Photos/List", &zolalv1.ListPhotosRequest{}, of); err != nil {
		return err
	}
	if len(of.GetPhotos()) == 0 {
		return fmt.Errorf("the photo that was set is not shown")
	}
	b.hash = of.GetPhotos()[0].GetHash()
	s.bundles[up] = b
	return nil
}

// portrait is how somebody, or a chat, is shown to the actor, and where that is fetched.
func (s *stage) portrait(l *line, whom string) (p *zolalv1.Photo, path string, err error) {
	const part = "160"
	if room, err := s.chat(whom); err == nil {
		info := new(zolalv1.ChatInfo)
		if err := s.call(l, "Chats/Get", &zolalv1.ChatRequest{Chat: room}, info); err != nil {
			return nil, "", err
		}
		if peer := info.GetPeer(); peer != nil {
			p = peer.GetPhoto()
			return p, zolal.AccountPhotoPath(peer.GetId(), p, part), nil
		}
		p = info.GetPhoto()
		return p, zolal.ChatPhotoPath(room, p, part), nil
	}
	account, err := s.person(whom)
	if err != nil {
		return nil, "", err
	}
	found := new(zolalv1.ResolveResponse)
	req := &zolalv1.ResolveRequest{What: &zolalv1.ResolveRequest_Name{Name: s.devices[whom].name}}
	if err := s.call(l, "Chats/Resolve", req, found); err != nil {
		return nil, "", err
	}
	p = found.GetPerson().GetPhoto()
	return p, zolal.AccountPhotoPath(account, p, part), nil
}

func pictured(s *stage, l *line) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	var want []byte
	if l.words[1] != "none" {
		b, err := s.bundle(l.words[1])
		if err != nil {
			return err
		}
		want = b.hash
	}
	var path string
	err = s.until(func() (bool, string) {
		p, at, err := s.portrait(l, l.words[0])
		if err != nil {
			return false, err.Error()
		}
		path = at
		return bytes.Equal(p.GetHash(), want), fmt.Sprintf("sees the photo %x, not %x", p.GetHash(), want)
	})
	if err != nil || want == nil {
		return err
	}
	body, _, err := d.client.Fetch(s.ctx, path, 0)
	if err != nil {
		return err
	}
	defer body.Close()
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	c, err := jpeg.DecodeConfig(bytes.NewReader(raw))
	if err == nil && (c.Width > 160 || c.Height > 160 || bytes.Contains(raw, []byte("GPS"))) {
		err = fmt.Errorf("a photo of %d by %d came, %x", c.Width, c.Height, sha256.Sum256(raw))
	}
	return err
}

func noticed(s *stage, l *line) error {
	account, err := s.person(l.words[0])
	if err != nil {
		return err
	}
	return s.until(func() (bool, string) {
		list := new(zolalv1.ContactsResponse)
		if err := s.call(l, "People/Contacts", &zolalv1.ContactsRequest{Limit: 200}, list); err != nil {
			return false, err.Error()
		}
		for _, row := range list.GetContacts() {
			if row.GetContact().GetAccount() == account {
				seen, now := row.GetContact().GetSeenPhoto(), row.GetPerson().GetPhoto().GetHash()
				return bytes.Equal(seen, now) == (l.words[1] == "old"), fmt.Sprintf("seen %x, now %x", seen, now)
			}
		}
		return false, "no such contact"
	})
}

func frames(s *stage, l *line) error {
	words, as := alias(l.words)
	d, err := s.device(l)
	if err != nil {
		return err
	}
	p, path, err := s.portrait(l, words[0])
	if err != nil {
		return err
	}
	s.links[as] = d.client.Address() + path
	if p.GetPublic() {
		return nil
	}
	access := new(zolalv1.MediaAccess)
	if err := s.call(l, "Files/Access", &zolalv1.AccessRequest{}, access); err != nil {
		return err
	}
	s.host.Hush(access.GetToken())
	s.links[as] += "?key=" + access.GetToken()
	return nil
}

func albumOf(s *stage, l *line) error {
	account, err := s.person(l.words[0])
	if err != nil {
		return err
	}
	list := new(zolalv1.ListPhotosResponse)
	if err := s.call(l, "Photos/List", &zolalv1.ListPhotosRequest{Account: account}, list); err != nil {
		return err
	}
	if got := fmt.Sprint(len(list.GetPhotos())); got != l.words[1] {
		return fmt.Errorf("%s photos", got)
	}
	return nil
}
