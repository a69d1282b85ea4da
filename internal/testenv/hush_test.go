// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import "testing"

func TestALogThatTellsOfPeopleIsNoticed(t *testing.T) {
	for line, want := range map[string]int{
		"time=2026-11-23T10:00:00.000Z level=INFO msg=serving version=0.0.0+a1b2c3d took=1.5s\n": 0,
		"Open http://127.0.0.1:8080 in a browser.\n":                                             0,
		"msg=\"a request failed\" user=parvaneh_1\n":                                             1,
		"msg=\"a request failed\" text=\"سلام دنیا\"\n":                                          1,
		"msg=http from=192.0.2.7:4711\n":                                                         1,
		"msg=http from=[2001:db8::7]:4711\n":                                                     1,
		"msg=http from=127.0.0.1\n":                                                              1,
	} {
		var h hush
		h.Hush("parvaneh_1", "سلام دنیا", "no")
		if _, err := h.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
		if got := h.tells("127.0.0.1:8080"); len(got) != want {
			t.Errorf("%q tells %q", line, got)
		}
	}
}
