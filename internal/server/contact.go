// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"fmt"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
	"time"
)

// contactFor is how long the contact may be relied upon: under the year that RFC 9116 asks for, from the day
// it is read.
const contactFor = 360 * 24 * time.Hour

// setContact reads where holes are reported to: addresses of mail, or what RFC 9116 takes for a contact.
func setContact(c *Config, v string) error {
	c.Contact = nil
	for _, w := range words(v) {
		u, err := url.Parse(w)
		switch a, bad := mail.ParseAddress(w); {
		case bad == nil && a.Address == w:
			u = &url.URL{Scheme: "mailto", Opaque: w}
		case err != nil || u.Scheme != "mailto" && u.Scheme != "tel" && (u.Scheme != "https" || u.Host == ""):
			return fmt.Errorf("%q is neither an address of mail nor one of https, mailto or tel", w)
		}
		c.Contact = append(c.Contact, u.String())
	}
	return nil
}

// serveSecurity says where holes are reported to (RFC 9116), if the operator has said so.
func (s *Server) serveSecurity(w http.ResponseWriter, r *http.Request) {
	if len(s.cfg.Contact) == 0 {
		http.NotFound(w, r)
		return
	}
	var b strings.Builder
	for _, c := range s.cfg.Contact {
		fmt.Fprintf(&b, "Contact: %s\n", c)
	}
	today := s.cfg.Now().UTC().Truncate(24 * time.Hour)
	fmt.Fprintf(&b, "Expires: %s\n", today.Add(contactFor).Format(time.RFC3339))
	b.WriteString("Preferred-Languages: fa, en\n")
	if s.cfg.Domain != "" {
		fmt.Fprintf(&b, "Canonical: https://%s%s\n", s.cfg.Domain, securityPath)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = w.Write([]byte(b.String())) // the reader went away: there is nobody to tell
}

const securityPath = "/.well-known/security.txt"
