// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"bytes"
	"context"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// SignUp makes an account and signs this device in. With the same key it may be asked again. Where the server
// asks for work of those whom nobody invited, it is done here, which takes some seconds; ctx ends it.
func SignUp(
	ctx context.Context, address string, o Options, req *zolalv1.SignUpRequest,
) (*zolalv1.Session, error) {
	req = proto.Clone(req).(*zolalv1.SignUpRequest)
	if req.Client == nil {
		req.Client = o.Info
	}
	s := new(zolalv1.Session)
	err := o.open(ctx, address, "Accounts/SignUp", req, s)
	if CodeOf(err) != zolalv1.ErrorCode_WORK_REQUIRED || req.Work != nil {
		return s, err
	}
	challenge := new(zolalv1.SignupChallenge)
	ask := &zolalv1.ChallengeRequest{Key: req.GetKey()}
	if err := o.open(ctx, address, "Accounts/Challenge", ask, challenge); err != nil {
		return nil, err
	}
	if req.Work, err = Solve(ctx, challenge); err != nil {
		return nil, err
	}
	return s, o.open(ctx, address, "Accounts/SignUp", req, s)
}

// maxRounds is more than any sound server asks for each try, of which there are some hundred.
const maxRounds = 10_000_000

// Solve finds the answer to a challenge. It fails where the server asks for what cannot be meant, and when
// ctx ends.
func Solve(ctx context.Context, c *zolalv1.SignupChallenge) (*zolalv1.SignupWork, error) {
	if c.GetRounds() == 0 || c.GetRounds() > maxRounds || len(c.GetPrefix()) > sha256.Size {
		return nil, errors.New("solve the challenge: the server asks for what cannot be done")
	}
	nonce := len(c.GetNonce())
	password := append(bytes.Clone(c.GetNonce()), 0, 0, 0, 0)
	for n := uint32(0); n < math.MaxUint32; n++ {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("solve the challenge: %w", err)
		}
		binary.BigEndian.PutUint32(password[nonce:], n)
		key, err := pbkdf2.Key(sha256.New, string(password), c.GetSalt(), int(c.GetRounds()), sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("solve the challenge: %w", err)
		}
		if bytes.HasPrefix(key, c.GetPrefix()) {
			return &zolalv1.SignupWork{Challenge: c, Counter: n}, nil
		}
	}
	return nil, errors.New("solve the challenge: it has no answer")
}
