// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// SignIn signs this device in with a password.
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
