// SPDX-License-Identifier: Apache-2.0

package zolal_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/zolal-im/zolal"
)

func TestRecoveryCodesMeanTheSameInGoAndInTheBrowser(t *testing.T) {
	raw, err := os.ReadFile("testdata/vectors/recovery.json")
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Codes []struct{ Code, Login, Archive string }
		Typed []struct{ Typed, Code, Why string }
	}
	if err := json.Unmarshal(raw, &v); err != nil || len(v.Codes) == 0 || len(v.Typed) == 0 {
		t.Fatalf("vectors: %v", err)
	}
	for _, c := range v.Codes {
		code := zolal.RecoveryCode(c.Code)
		login, lerr := code.Authenticator()
		archive, aerr := code.ArchiveKey()
		if lerr != nil || aerr != nil || hex.EncodeToString(login) != c.Login ||
			hex.EncodeToString(archive) != c.Archive {
			t.Errorf("%s derives %x and %x", c.Code, login, archive)
		}
	}
	why := map[string]error{
		"": nil, "short": zolal.ErrRecoveryShort, "long": zolal.ErrRecoveryLong, "typo": zolal.ErrRecoveryTypo,
	}
	for _, c := range v.Typed {
		got, err := zolal.ReadRecoveryCode(c.Typed)
		if string(got) != c.Code || !errors.Is(err, why[c.Why]) {
			t.Errorf("%q is read as %q, %v", c.Typed, got, err)
		}
	}
}

func TestNewRecoveryCodesReadBackAndCatchEverySingleSlip(t *testing.T) {
	code := zolal.NewRecoveryCode()
	if code == zolal.NewRecoveryCode() {
		t.Fatal("two codes are the same")
	}
	got, err := zolal.ReadRecoveryCode(strings.Join(code.Groups(), " "))
	if err != nil || got != code {
		t.Fatalf("%s is read back as %s, %v", code, got, err)
	}
	for i := range len(code) {
		for d := byte('0'); d <= '9'; d++ {
			wrong := []byte(code)
			wrong[i] = d
			if _, err := zolal.ReadRecoveryCode(string(wrong)); d != code[i] && err == nil {
				t.Fatalf("digit %d as %c passes", i, d)
			}
		}
		if i > 0 && code[i] != code[i-1] {
			swapped := []byte(code)
			swapped[i], swapped[i-1] = swapped[i-1], swapped[i]
			if _, err := zolal.ReadRecoveryCode(string(swapped)); err == nil {
				t.Fatalf("digits %d and %d swapped pass", i-1, i)
			}
		}
	}
}
