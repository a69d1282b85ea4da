// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// appeals asks why an account is suspended, or with a text appeals against that.
func appeals(t *testing.T, s *Server, req *zolalv1.AppealSuspendedRequest, want zolalv1.ErrorCode) (
	out *zolalv1.AppealSuspendedResponse) {
	t.Helper()
	c, err := zolal.Dial(t.Context(), s.Addr(), zolal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	out = new(zolalv1.AppealSuspendedResponse)
	if req.Key == nil {
		req.Key = zolal.NewKey(time.Now())
	}
	if err := c.Call(t.Context(), "Reports/AppealSuspended", req, out); zolal.CodeOf(err) != want {
		t.Fatalf("it ended with %v, want %v", err, want)
	}
	return out
}

// appealed is what somebody without a password reads and does whose account is suspended for spam.
func appealed(t *testing.T, s *Server, claim *zolalv1.AppealSuspendedRequest) {
	t.Helper()
	if got := appeals(t, s, claim, 0); got.GetReason() != "spam" || !got.GetAppealable() {
		t.Errorf("they read %v", got)
	}
	claim.Text, claim.Key = "it was not me", zolal.NewKey(time.Now())
	for range 2 { // a retry is answered as the first try
		if got := appeals(t, s, claim, 0); got.GetAppeal() != zolalv1.AppealState_APPEAL_STATE_OPEN {
			t.Errorf("the appeal stands as %v", got)
		}
	}
	claim.Key = zolal.NewKey(time.Now())
	appeals(t, s, claim, zolalv1.ErrorCode_CONFLICT)
	list, err := s.engine.Cases(t.Context(), consoleActor(), false, 0, 10)
	if err != nil || len(list.Appeals) != 1 || list.Appeals[0].Text != "it was not me" {
		t.Errorf("the operator reads %+v, %v", list.Appeals, err)
	}
}

// REP-6 OIDC-1
func TestWhoComesByTheProviderAloneAppealsAgainstASuspension(t *testing.T) {
	o := newOrg(t)
	s := o.serves(t)
	signInAs(t, s, &zolalv1.SignInRequest{Ticket: o.ticket(t, s), Username: "parvaneh"}, 0)
	ticket := o.ticket(t, s)
	claim := &zolalv1.AppealSuspendedRequest{Ticket: ticket}
	appeals(t, s, claim, zolalv1.ErrorCode_CONFLICT) // it is not suspended
	suspend := SuspendUser{Username: "parvaneh", Reason: "spam"}
	if _, err := s.suspendUser(t.Context(), suspend); err != nil {
		t.Fatal(err)
	}
	signInAs(t, s, &zolalv1.SignInRequest{Ticket: ticket}, zolalv1.ErrorCode_SUSPENDED)
	stolen, _, _ := strings.Cut(ticket, ".")
	for _, ticket := range []string{stolen, stolen + ".guessed", "never.was"} {
		appeals(t, s, &zolalv1.AppealSuspendedRequest{Ticket: ticket}, zolalv1.ErrorCode_NOT_FOUND)
	}
	appeals(t, s, &zolalv1.AppealSuspendedRequest{Username: "parvaneh"}, zolalv1.ErrorCode_PASSWORD_WRONG)
	appealed(t, s, claim)
	if _, err := s.suspendUser(t.Context(), SuspendUser{Username: "parvaneh"}); err != nil {
		t.Fatal(err)
	}
	signInAs(t, s, &zolalv1.SignInRequest{Ticket: ticket}, 0) // nothing of it was used up
	appeals(t, s, claim, zolalv1.ErrorCode_NOT_FOUND)
}

// REP-6 AUTH-9
func TestWhoHasTheLinkOfAResetAloneAppealsAgainstASuspension(t *testing.T) {
	s := quietServer(t, func(*Config) {})
	if _, err := s.addUser(t.Context(), AddUser{Username: "parvaneh"}); err != nil {
		t.Fatal(err)
	}
	link, err := s.accounts.Reset(t.Context(), account.Reset{Username: "parvaneh"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.suspendUser(t.Context(), SuspendUser{Username: "parvaneh", Reason: "spam"}); err != nil {
		t.Fatal(err)
	}
	redeem := account.Redeem{Secret: link.Secret, NewPassword: orgPassword}
	if _, err := s.accounts.Redeem(t.Context(), redeem); chat.CodeOf(err) != chat.CodeSuspended {
		t.Errorf("redeemed while suspended: %v", err)
	}
	appeals(t, s, &zolalv1.AppealSuspendedRequest{Secret: link.Secret + "x"}, zolalv1.ErrorCode_NOT_FOUND)
	claim := &zolalv1.AppealSuspendedRequest{Secret: link.Secret}
	appealed(t, s, claim)
	if _, err := s.suspendUser(t.Context(), SuspendUser{Username: "parvaneh"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.accounts.Redeem(t.Context(), redeem); err != nil {
		t.Errorf("after the suspension the link opens nothing: %v", err)
	}
	appeals(t, s, claim, zolalv1.ErrorCode_NOT_FOUND)
}

// REP-6 AUTH-10
func TestWhoHasTheRecoveryCodeAloneAppealsAgainstASuspension(t *testing.T) {
	s := quietServer(t, func(*Config) {})
	recovery := bytes.Repeat([]byte{7}, 32)
	protected(t, s, recovery)
	claim := &zolalv1.AppealSuspendedRequest{Username: "parvaneh", Recovery: recovery}
	appeals(t, s, claim, zolalv1.ErrorCode_CONFLICT) // it is not suspended
	if _, err := s.suspendUser(t.Context(), SuspendUser{Username: "parvaneh", Reason: "spam"}); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []*zolalv1.AppealSuspendedRequest{
		{Username: "parvaneh", Recovery: bytes.Repeat([]byte{8}, 32)},
		{Username: "nobody_n", Recovery: recovery},
		{Username: "parvaneh", Recovery: make([]byte, 32), Password: orgPassword},
	} {
		appeals(t, s, wrong, zolalv1.ErrorCode_RECOVERY_WRONG)
	}
	short := &zolalv1.AppealSuspendedRequest{Username: "parvaneh", Recovery: recovery[:31]}
	appeals(t, s, short, zolalv1.ErrorCode_BAD_REQUEST)
	appealed(t, s, claim)
}

// REP-6 AUTH-10
func TestAPasswordAloneAppealsForNobodyWhoHasASecondFactor(t *testing.T) {
	s := quietServer(t, func(*Config) {})
	backup := protected(t, s, bytes.Repeat([]byte{7}, 32))
	if _, err := s.suspendUser(t.Context(), SuspendUser{Username: "parvaneh", Reason: "spam"}); err != nil {
		t.Fatal(err)
	}
	claim := &zolalv1.AppealSuspendedRequest{Username: "parvaneh", Password: orgPassword, Text: "it was me"}
	appeals(t, s, claim, zolalv1.ErrorCode_FACTOR_NEEDED)
	claim.Code = "not-a-code"
	appeals(t, s, claim, zolalv1.ErrorCode_FACTOR_WRONG)
	claim.Text = ""
	if got := appeals(t, s, claim, 0); !got.GetAppealable() {
		t.Errorf("they read %v", got)
	}
	claim.Code, claim.Text = backup[0], " \n" // what says nothing uses no code up
	appeals(t, s, claim, zolalv1.ErrorCode_BAD_TEXT)
	claim.Text = "" // the look, the appeal and its retry need one code
	appealed(t, s, claim)
}

// protected makes the account of parvaneh with a recovery code and a second factor; its backup codes.
func protected(t *testing.T, s *Server, recovery []byte) []string {
	t.Helper()
	if _, err := s.addUser(t.Context(), AddUser{Username: "parvaneh", Password: orgPassword}); err != nil {
		t.Fatal(err)
	}
	word := &zolalv1.PasswordRequest{Password: orgPassword}
	c := dialed(t, s, signInAs(t, s, &zolalv1.SignInRequest{Username: "parvaneh", Password: orgPassword}, 0))
	set := &zolalv1.SetRecoveryRequest{Password: orgPassword, Recovery: recovery}
	must(t, c.Call(t.Context(), "Accounts/SetRecovery", set, new(zolalv1.Empty)))
	factor, codes := new(zolalv1.NewFactor), new(zolalv1.BackupCodes)
	must(t, c.Call(t.Context(), "Security/BeginFactor", word, factor))
	code, err := totp.GenerateCode(factor.GetSecret(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	must(t, c.Call(t.Context(), "Security/EnableFactor", &zolalv1.EnableFactorRequest{Code: code}, codes))
	return codes.GetCodes()
}
