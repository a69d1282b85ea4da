// SPDX-License-Identifier: AGPL-3.0-or-later

package importer

import "github.com/go-json-experiment/json/jsontext"

// unneeded lists the fields that are left out without a word, and why. Every other field that no part of an
// entry is made of is named in the report, so that whoever imports learns what did not come.
var unneeded = map[string]string{
	"forwarded_from_id": "names an account or chat of the source, which means nobody here",
	"saved_from":        "says of a forward where it was saved from; the forward itself is kept",

	"thumbnail":                    "stands beside its file, where that came",
	"thumbnail_file_size":          "stands beside its file, where that came",
	"media_spoiler":                "is kept with its file, where that came",
	"self_destruct_period_seconds": "whoever exported could still see it",
	"contact_vcard_file_size":      "the card says the name and the number",
	"performer":                    "is kept with its file, or the label says the file's name",
	"title":                        "likewise; of service lines it is a value",

	"address":          "is kept with its place",
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
