// SPDX-License-Identifier: AGPL-3.0-or-later

package importer

import "github.com/go-json-experiment/json/jsontext"

// unneeded lists the fields that are left out without a word, and why. Every other field that no part of an
// entry is made of is named in the report, so that whoever imports learns what did not come.
var unneeded = map[string]string{
	"forwarded_from_id": "names an account or chat of the source, which means nobody here",
	"saved_from":        "says of a forward where it was saved from; the forward itself is kept",

	"thumbnail":                    "the media are not here",
	"thumbnail_file_size":          "the media are not here",
	"media_spoiler":                "the media are not here",
	"self_destruct_period_seconds": "the media are not here",
	"contact_vcard_file_size":      "the media are not here",
	"performer":                    "the label says the file's name",
	"title":                        "the label says the file's name; of service lines it is a value",

	"address":          "the label says the place",
	"game_description": "the label says the game",
	"game_link":        "the label says the game",
}

// leftOut names the fields of a message that no part of its entry is made of.
func (r *record) leftOut() (left []string) {
	for key, raw := range r.Rest {
		if _, ok := unneeded[key]; !ok && !isObject(key) && says(raw) {
			left = append(left, "field:"+key)
		}
	}
	return left
}

func isObject(key string) bool {
	for _, o := range objectKinds {
		if o.field == key {
			return true
		}
	}
	return false
}

// says reports whether a value says anything.
func says(raw jsontext.Value) bool {
	switch string(raw) {
	case `null`, `""`, `[]`, `{}`, `false`:
		return false
	}
	return true
}
