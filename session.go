// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// SignIn signs this device in with a password. The code of its error is FACTOR_NEEDED where the account wants
// more: send it again with req.Code, req.Recovery, or by SignInBeside where the field of the error says
// passkey. Where Pending of the answer is set, an old device has to approve it: give it to Await.
func SignIn(
	ctx context.Context, address string, o Options, req *zolalv1.SignInRequest,
) (*zolalv1.Session, error) {
	req = proto.Clone(req).(*zolalv1.SignInRequest)
	if req.Client == nil {
		req.Client = o.Info
	}
	s := new(zolalv1.Session)
	return s, o.open(ctx, address, "Accounts/SignIn", req, s)
}

// Recover sets a new password by the authenticator of the recovery code, and signs this device in.
func Recover(
	ctx context.Context, address string, o Options, req *zolalv1.RecoverRequest,
) (*zolalv1.Session, error) {
	req = proto.Clone(req).(*zolalv1.RecoverRequest)
	if req.Client == nil {
		req.Client = o.Info
	}
	s := new(zolalv1.Session)
	return s, o.open(ctx, address, "Accounts/Recover", req, s)
}

// Redeem sets a new password by the one-time link of an operator's reset, and signs this device in.
func Redeem(
	ctx context.Context, address string, o Options, req *zolalv1.RedeemRequest,
) (*zolalv1.Session, error) {
	req = proto.Clone(req).(*zolalv1.RedeemRequest)
	if req.Client == nil {
		req.Client = o.Info
	}
	s := new(zolalv1.Session)
	return s, o.open(ctx, address, "Security/Redeem", req, s)
}

// Info returns what a server says of itself.
func Info(ctx context.Context, address string, o Options) (*zolalv1.ServerInfo, error) {
	s := new(zolalv1.ServerInfo)
	return s, o.open(ctx, address, "Accounts/Server", &zolalv1.Empty{}, s)
}

// open makes one call without a connection.
func (o Options) open(ctx context.Context, address, method string, req, resp proto.Message) error {
	base, err := baseURL(address)
	if err != nil {
		return err
	}
	p := newPost(base, o)
	defer func() {
		p.close()
		p.owned.Wait()
	}()
	payload, err := proto.Marshal(req)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	body, err := p.exchange(ctx, method, payload)
	if err != nil {
		return fmt.Errorf("call %s: %w", method, err)
	}
	if err := proto.Unmarshal(body, resp); err != nil {
		return fmt.Errorf("call %s: %w", method, ErrInterfering)
	}
	return nil
}

// ShowPasskey has an authenticator answer a question, with the credential as JSON. This package has none: it
// is the program's, or the browser's.
type ShowPasskey func(*zolalv1.PasskeyQuestion) (answer string, err error)

// SignInByPasskey signs this device in by a passkey alone, which must have verified who holds it.
func SignInByPasskey(ctx context.Context, address string, o Options, show ShowPasskey) (
	*zolalv1.Session, error) {
	answer, err := o.question(ctx, address, "Passkeys/BeginAlone", &zolalv1.Empty{}, show)
	if err != nil {
		return nil, err
	}
	s := new(zolalv1.Session)
	req := &zolalv1.PasskeySignInRequest{Answer: answer, Client: o.Info}
	return s, o.open(ctx, address, "Passkeys/SignIn", req, s)
}

// SignInBeside signs this device in with a password and a passkey beside it.
func SignInBeside(ctx context.Context, address string, o Options, req *zolalv1.SignInRequest,
	show ShowPasskey) (*zolalv1.Session, error) {
	answer, err := o.question(ctx, address, "Passkeys/BeginSecond", req, show)
	if err != nil {
		return nil, err
	}
	req = proto.Clone(req).(*zolalv1.SignInRequest)
	req.Passkey = answer
	return SignIn(ctx, address, o, req)
}

func (o Options) question(ctx context.Context, address, method string, req proto.Message, show ShowPasskey) (
	string, error) {
	q := new(zolalv1.PasskeyQuestion)
	if err := o.open(ctx, address, method, req, q); err != nil {
		return "", err
	}
	answer, err := show(q)
	if err != nil {
		return "", fmt.Errorf("show a passkey: %w", err)
	}
	return answer, nil
}

// Ask makes a sign-in that a device which is signed in may approve. Show it the link of the answer, as a QR
// code, and beside it the answer's Code, which a person can type there; give the answer to Await.
func Ask(ctx context.Context, address string, o Options) (*zolalv1.Session, error) {
	s := new(zolalv1.Session)
	return s, o.open(ctx, address, "Security/Ask", &zolalv1.AskRequest{Client: o.Info}, s)
}

// AskLink is the link that an old device opens to let a sign-in of Ask in. It holds no secret.
func AskLink(address string, asked *zolalv1.Session) (string, error) {
	base, err := baseURL(address)
	if err != nil {
		return "", err
	}
	return base.String() + "/#link=" + asked.GetPending(), nil
}

// awaitEvery is how often Await asks.
const awaitEvery = time.Second

// Await waits until a sign-in of Ask, or one that SignIn left pending, is approved; the answer is the session
// of this device. The code of its error is FORBIDDEN where the sign-in was refused, and NOT_FOUND where
// nobody answered in time.
func Await(ctx context.Context, address string, o Options, asked *zolalv1.Session) (*zolalv1.Session, error) {
	req := &zolalv1.AwaitRequest{Pending: asked.GetPending(), Token: asked.GetToken()}
	tick := time.NewTicker(awaitEvery)
	defer tick.Stop()
	for {
		s := new(zolalv1.Session)
		err := o.open(ctx, address, "Security/Await", req, s)
		switch {
		case err == nil && s.GetPending() == "":
			return s, nil
		case err != nil && !temporary(err):
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("await a sign-in: %w", ctx.Err())
		case <-tick.C:
		}
	}
}
