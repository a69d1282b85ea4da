// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/wire"
)

// FuzzBody reads any bytes as the request of any method, in JSON and in protobuf: they are refused with a
// code, or become a request that travels on.
func FuzzBody(f *testing.F) {
	table := methods()
	var names []string
	for name := range table {
		names = append(names, name)
	}
	slices.Sort(names)
	f.Add(uint8(0), []byte(`{"chat":1,"text":"سلام","entities":[{"kind":"ENTITY_KIND_BOLD","length":2}]}`), true)
	f.Add(uint8(1), []byte(`{"key":"AAAA","nothing":1}`), true)
	f.Add(uint8(2), []byte("{\"text\":\"\xff\"}"), true)
	f.Add(uint8(3), []byte{0x0a, 0x02, 0xff, 0xff}, false)
	f.Fuzz(func(t *testing.T, which uint8, raw []byte, asJSON bool) {
		name := names[int(which)%len(names)]
		req := table[name].fresh()
		read := wire.Unmarshal
		if asJSON {
			read = fromJSON
		}
		if err := read(raw, req); err != nil {
			switch code := chat.CodeOf(err); code {
			case chat.CodeBadRequest, chat.CodeBadText, chat.CodeBadFrame:
			default:
				t.Errorf("%s of %q: %v", name, raw, err)
			}
			return
		}
		sent, err := proto.Marshal(req)
		if err != nil {
			t.Fatalf("%s of %q cannot travel: %v", name, raw, err)
		}
		if err := wire.Unmarshal(sent, table[name].fresh()); err != nil {
			t.Errorf("%s of %q does not arrive: %v", name, raw, err)
		}
		if _, err := protojson.Marshal(req); err != nil {
			t.Errorf("%s of %q has no JSON: %v", name, raw, err)
		}
	})
}
